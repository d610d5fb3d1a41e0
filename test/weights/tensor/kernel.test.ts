import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { PLACES, type TensorKernel } from '../../../src/weights/tensor/kernel.ts'
import { makeKernel } from '../../../src/weights/tensor/make-kernel.ts'
import { plainKernel } from '../../../src/weights/tensor/plain-kernel.ts'
import { simdKernel } from '../../../src/weights/tensor/simd-kernel.ts'

const kernels: [string, TensorKernel][] = [
  ['plain', plainKernel()],
  ['SIMD', simdKernel()!],
]

const anyF32 = fc.oneof(fc.float(), fc.integer({ min: 0, max: 0xffffffff }).map(f32OfBits))

describe.each(kernels)('the %s kernel', (_, kernel) => {
  it('widens and narrows as NumPy and ml_dtypes do', () => {
    const rows = vectors()
    expect(rows.length).toBeGreaterThan(500)
    for (const [bits, half, bfloat] of rows) {
      const value = f32OfBits(bits)
      expect(narrow(kernel, 'narrowF16', value), `F16 of ${bits}`).toBe(half)
      expect(narrow(kernel, 'narrowBF16', value), `BF16 of ${bits}`).toBe(bfloat)
    }
  })

  it('widens every F16 and BF16 number, and narrows it back', () => {
    for (let first = 0; first < 65_536; first += 32_768) {
      const all = Uint16Array.from({ length: 32_768 }, (_, index) => first + index)
      new Uint16Array(kernel.memory, PLACES.rawA, all.length).set(all)
      for (const type of ['F16', 'BF16'] as const) {
        kernel[`widen${type}`](PLACES.rawA, PLACES.wideA, all.length)
        const wide = new Float32Array(kernel.memory, PLACES.wideA, all.length)
        expect([...wide].filter((value, index) => !Object.is(value, naive(type, all[index]!)))).toEqual([])
        kernel[`narrow${type}`](PLACES.wideA, PLACES.rawB, all.length)
        const back = new Uint16Array(kernel.memory, PLACES.rawB, all.length)
        expect([...back].filter((bits, index) => bits !== all[index] && !Number.isNaN(wide[index]))).toEqual(
          [],
        )
      }
    }
  })

  it('narrows to the nearest number, and to the even one of two', () => {
    fc.assert(
      fc.property(anyF32, fc.constantFrom('F16' as const, 'BF16' as const), (value, type) => {
        const bits = narrow(kernel, `narrow${type}`, value)
        const got = naive(type, bits)
        if (Number.isNaN(value)) return Number.isNaN(got)
        // Its neighbours are not nearer; infinity stands where the next number would.
        const distance = (other: number): number =>
          Math.abs(finite(type, naive(type, other)) - finite(type, value))
        const neighbours = [bits - 1, bits + 1].filter(
          (other) => (other & 0x8000) === (bits & 0x8000) && other >= 0,
        )
        return neighbours.every((other) => {
          if (Number.isNaN(naive(type, other))) return true
          return distance(bits) < distance(other) || (distance(bits) === distance(other) && bits % 2 === 0)
        })
      }),
      { numRuns: 2000 },
    )
  })

  it('compares as a naive sum in F64 does', () => {
    const pairs = fc.array(fc.tuple(anyF32, anyF32), { maxLength: 64 })
    fc.assert(
      fc.property(pairs, fc.boolean(), (values, isWide) => {
        const got = compare(kernel, values, isWide)
        const kept = values.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
        const sum = (of: (a: number, b: number) => number): number =>
          kept.reduce((total, [a, b]) => total + of(a, b), 0)
        close(
          got[0],
          sum((a, b) => (b - a) ** 2),
        )
        close(
          got[1],
          sum((a) => a * a),
        )
        close(
          got[2],
          sum((_, b) => b * b),
        )
        close(
          got[3],
          sum((a, b) => a * b),
          sum((a, b) => Math.abs(a * b)),
        )
        expect(got[4]).toBe(Math.max(0, ...kept.map(([a, b]) => Math.abs(b - a))))
        expect(got[6]).toBe(values.filter(([a]) => !Number.isFinite(a)).length)
        expect(got[7]).toBe(values.filter(([, b]) => !Number.isFinite(b)).length)
        const differ = values.filter(([a, b]) => !Object.is(a, b)).length
        if (values.every(([a, b]) => !Number.isNaN(a) && !Number.isNaN(b))) expect(got[5]).toBe(differ)
      }),
      { numRuns: 500 },
    )
  })

  it('adds in F64 and rounds once', () => {
    const rows = fc.array(fc.tuple(fc.float({ noNaN: true }), fc.float({ noNaN: true })), { maxLength: 40 })
    fc.assert(
      fc.property(rows, fc.double({ min: -2, max: 2, noNaN: true }), (values, weight) => {
        const count = Math.ceil(values.length / 8) * 8
        const sums = new Float64Array(kernel.memory, PLACES.sums, count).fill(0)
        for (const [side, scale] of [
          [0, weight],
          [1, 1 - weight],
        ] as const) {
          const raw = new Float32Array(kernel.memory, PLACES.rawA, count).fill(0)
          raw.set(values.map((pair) => pair[side]))
          kernel.addF32(PLACES.rawA, PLACES.sums, scale, count)
        }
        const expected = values.map(([a, b]) => weight * a + (1 - weight) * b)
        expect([...sums].slice(0, values.length).map(plus0)).toEqual(expected.map(plus0))
        kernel.narrowF64(PLACES.sums, PLACES.rawB, count)
        const narrowed = new Float32Array(kernel.memory, PLACES.rawB, values.length)
        expect([...narrowed].map(plus0)).toEqual(expected.map((value) => plus0(Math.fround(value))))
      }),
    )
  })
})

describe('two kernels', () => {
  const [plain, simd] = [plainKernel(), simdKernel()!]

  it('are the plain one where WebAssembly is missing, or its SIMD', () => {
    const names = (kernel: TensorKernel): string[] => Object.keys(kernel).sort()
    expect(names(simd)).toEqual(names(plain))
    expect(makeKernel().widenF16.name).toBe(simd.widenF16.name)
    for (const stand of [undefined, { validate: () => false }]) {
      vi.stubGlobal('WebAssembly', stand)
      expect(simdKernel()).toBeUndefined()
      expect(makeKernel().widenF16.name).toBe(plain.widenF16.name)
    }
    vi.unstubAllGlobals()
  })

  // NaNs among them: which NaN results is a matter of the processor, so that numbers are compared.
  it('give the same results, bit for bit', () => {
    const anyF64 = fc.oneof(fc.double(), anyF32)
    const blocks = fc.record({
      values: fc.array(fc.tuple(anyF64, anyF64), { minLength: 1, maxLength: 100 }),
      weight: fc.double({ noNaN: true }),
    })
    fc.assert(
      fc.property(blocks, ({ values, weight }) => {
        for (const steps of [stepsOn(values, weight, 'F32'), stepsOn(values, weight, 'F64')])
          expect(steps(simd)).toEqual(steps(plain))
      }),
      { numRuns: 500 },
    )
  })
})

function stepsOn(
  values: readonly [number, number][],
  weight: number,
  type: 'F32' | 'F64',
): (kernel: TensorKernel) => number[][] {
  const count = Math.ceil(values.length / 8) * 8
  const Numbers = type === 'F32' ? Float32Array : Float64Array
  return (kernel) => {
    const { memory } = kernel
    for (const [side, place] of [PLACES.rawA, PLACES.rawB].entries()) {
      const numbers = new Numbers(memory, place, count).fill(0)
      numbers.set(values.map((pair) => pair[side]!))
    }
    kernel[`compare${type}`](PLACES.rawA, PLACES.rawB, PLACES.out, count)
    const compared = [...new Float64Array(memory, PLACES.out, 8)]
    const sums = new Float64Array(memory, PLACES.sums, count).fill(0)
    kernel[`add${type}`](PLACES.rawA, PLACES.sums, weight, count)
    kernel[`add${type}`](PLACES.rawB, PLACES.sums, 1 - weight, count)
    kernel.narrowF64(PLACES.sums, PLACES.wideA, count)
    const single = [...new Float32Array(memory, PLACES.wideA, count)]
    kernel.narrowF16(PLACES.wideA, PLACES.rawA, count)
    kernel.narrowBF16(PLACES.wideA, PLACES.rawB, count)
    const halves = [PLACES.rawA, PLACES.rawB].map((place) => [...new Uint16Array(memory, place, count)])
    kernel.widenF16(PLACES.rawA, PLACES.wideB, count)
    return [
      compared,
      [...sums],
      single,
      ...halves.map(withoutNaN),
      [...new Float32Array(memory, PLACES.wideB, count)],
    ]
  }
}

// Of a NaN its sign may differ.
function withoutNaN(halves: readonly number[], index: number): number[] {
  const infinity = index === 0 ? 0x7c00 : 0x7f80
  return halves.map((half) => ((half & 0x7fff) > infinity ? NaN : half))
}

// The sums begin at +0, which a -0 does not change.
function plus0(value: number): number {
  return value === 0 ? 0 : value
}

function narrow(kernel: TensorKernel, how: 'narrowF16' | 'narrowBF16', value: number): number {
  new Float32Array(kernel.memory, PLACES.rawA, 8).fill(value)
  kernel[how](PLACES.rawA, PLACES.rawB, 8)
  return new Uint16Array(kernel.memory, PLACES.rawB, 8)[5]!
}

function compare(kernel: TensorKernel, values: readonly [number, number][], isWide: boolean): number[] {
  const Numbers = isWide ? Float64Array : Float32Array
  const count = Math.ceil(values.length / 8) * 8
  for (const [side, place] of [
    [0, PLACES.rawA],
    [1, PLACES.rawB],
  ] as const) {
    const numbers = new Numbers(kernel.memory, place, count).fill(0)
    numbers.set(values.map((pair) => pair[side]))
  }
  kernel[isWide ? 'compareF64' : 'compareF32'](PLACES.rawA, PLACES.rawB, PLACES.out, count)
  return [...new Float64Array(kernel.memory, PLACES.out, 8)]
}

function close(got: number | undefined, expected: number, scale = expected): void {
  expect(Math.abs(got! - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(scale))
}

function f32OfBits(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!
}

function finite(type: 'F16' | 'BF16', value: number): number {
  const beyond = type === 'F16' ? 65_536 : 2 ** 128
  return Math.max(-beyond, Math.min(beyond, value))
}

// Straight from IEEE 754: sign, exponent, fraction.
function naive(type: 'F16' | 'BF16', bits: number): number {
  const [exponentBits, bias] = type === 'F16' ? [5, 15] : [8, 127]
  const fractionBits = 15 - exponentBits
  const sign = bits >= 0x8000 ? -1 : 1
  const exponent = (bits & 0x7fff) >> fractionBits
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias))
}

function vectors(): [bits: number, half: number, bfloat: number][] {
  const file = path.join(import.meta.dirname, '../fixtures/rounding.json')
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof vectors>
}
