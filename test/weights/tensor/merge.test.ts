import fc from 'fast-check'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { MERGE_DEFAULTS, type MergeMethod } from '../../../src/domain/merge-strategy.ts'
import { parseSafetensors } from '../../../src/weights/read-safetensors.ts'
import { bytesSource } from '../../../src/weights/byte-source.ts'
import { mergeTensors, type MergedTensors } from '../../../src/weights/tensor/merge-tensors.ts'
import { placeTensors, type PlacedWeights } from '../../../src/weights/tensor/place-tensors.ts'
import { gitdir, temporaryFolder } from '../../support/repo.ts'
import { f32, tensorFile, type TestTensor } from './tensor-file.ts'

type Tensors = Record<string, TestTensor>

const folder = temporaryFolder()
let count = 0

async function place(tensors: Tensors, metadata?: Record<string, string>): Promise<PlacedWeights> {
  count += 1
  const file = path.join(folder, `${count}.safetensors`)
  writeFileSync(file, tensorFile(tensors, metadata))
  return placeTensors([{ file, name: `${count}` }])
}

interface Merged extends MergedTensors {
  /** Raw elements, by tensor. */
  bytes: Record<string, Uint8Array>
  metadata: Record<string, string>
}

async function merge(
  inputs: readonly Tensors[],
  method: Partial<MergeMethod>,
  base?: Tensors,
  threeWay = base !== undefined,
): Promise<Merged> {
  const out = path.join(folder, 'out.safetensors')
  writeFileSync(out, 'before')
  const merged = await mergeTensors(
    {
      inputs: await Promise.all(inputs.map((input) => place(input))),
      method: { ...MERGE_DEFAULTS, weights: inputs.map(() => 1), ...method },
      threeWay,
      ...(base !== undefined && { base: await place(base) }),
    },
    out,
  )
  const file = readFileSync(out)
  if (merged.conflicts.length > 0) {
    expect(file.toString()).toBe('before')
    return { ...merged, bytes: {}, metadata: {} }
  }
  const { tensors, dataStart, metadata } = parseSafetensors(bytesSource(file), 'out')
  const bytes = Object.fromEntries(
    tensors.map(({ name, begin, end }) => [
      name,
      Uint8Array.from(file.subarray(dataStart + begin, dataStart + end)),
    ]),
  )
  return { ...merged, bytes, metadata }
}

const numbers = (bytes: Uint8Array | undefined): number[] => [...new Float32Array(bytes!.buffer)]
const norm = (list: readonly number[]): number =>
  Math.sqrt(list.reduce((sum, value) => sum + value * value, 0))
const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }), {
  minLength: 1,
  maxLength: 30,
})
const rows = (height: number): fc.Arbitrary<number[][]> =>
  values.chain((first) =>
    fc.tuple(
      fc.constant(first),
      ...Array.from({ length: height - 1 }, () =>
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }), {
          minLength: first.length,
          maxLength: first.length,
        }),
      ),
    ),
  )
const w = (list: readonly number[]): Tensors => ({ w: f32(list) })

describe('a merge', () => {
  it('averages in F64 and rounds to F32 once, for any number of inputs', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows(4),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }),
        async (lists, weights) => {
          const all = weights.reduce((sum, weight) => sum + weight, 0)
          const expected = lists[0]!.map((_, at) =>
            Math.fround(lists.reduce((sum, list, index) => sum + (weights[index]! / all) * list[at]!, 0)),
          )
          const same = lists.every((list) => list.every((value, at) => Object.is(value, lists[0]![at])))
          const got = await merge(lists.map(w), { strategy: 'weighted', weights })
          expect(numbers(got.bytes['w']).map((value) => value + 0)).toEqual(
            (same ? lists[0]! : expected).map((value) => value + 0),
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  it('rounds the mean of BF16 and F16 numbers to even', async () => {
    const got = await merge(
      [
        {
          b: { dtype: 'BF16', values: [0x3f80, 0x3f81, 0x7f7f] },
          h: { dtype: 'F16', values: [0x3c00, 0x3c01, 0x7bff] },
        },
        {
          b: { dtype: 'BF16', values: [0x3f81, 0x3f82, 0x7f7f] },
          h: { dtype: 'F16', values: [0x3c01, 0x3c02, 0x7bff] },
        },
      ],
      { strategy: 'average' },
    )
    expect([...new Uint16Array(got.bytes['b']!.buffer)]).toEqual([0x3f80, 0x3f82, 0x7f7f])
    expect([...new Uint16Array(got.bytes['h']!.buffer)]).toEqual([0x3c00, 0x3c02, 0x7bff])
  })

  it('adds the changes from the base: task arithmetic', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows(3),
        fc.double({ min: 0.1, max: 1.5, noNaN: true }),
        async ([base, a, b], scale) => {
          const got = await merge([w(a!), w(b!)], { strategy: 'task-arithmetic', scale }, w(base!), false)
          if (got.blended === 0) return
          for (const [at, value] of numbers(got.bytes['w']).entries()) {
            const expected = base![at]! + scale * (a![at]! - base![at]! + (b![at]! - base![at]!))
            expect(Math.abs(value - expected)).toBeLessThan(1e-4)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('goes along the arc: slerp keeps the norm of vectors of one length', async () => {
    const got = await merge([w([1, 0]), w([0, 1])], { strategy: 'slerp', position: 1 / 3 })
    const [x, y] = numbers(got.bytes['w'])
    expect([x, y]).toEqual([
      expect.closeTo(Math.cos(Math.PI / 6), 6),
      expect.closeTo(Math.sin(Math.PI / 6), 6),
    ])
    await fc.assert(
      fc.asyncProperty(rows(2), async ([a, b]) => {
        const [na, nb] = [norm(a!), norm(b!)]
        if (na < 1e-3 || nb < 1e-3) return
        const [ua, ub] = [a!.map((value) => value / na), b!.map((value) => value / nb)]
        const merged = norm(numbers((await merge([w(ua), w(ub)], { strategy: 'slerp' })).bytes['w']))
        const cosine = ua.reduce((sum, value, at) => sum + value * ub[at]!, 0)
        if (Math.abs(cosine) < 0.999) expect(merged).toBeCloseTo(1, 4)
      }),
      { numRuns: 30 },
    )
  })

  it('trims, elects signs and averages what agrees: TIES', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows(4),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        async ([base, ...lists], density) => {
          const got = await merge(lists.map(w), { strategy: 'ties', density }, w(base!), false)
          if (got.blended === 0) return
          const expected = naiveTies(base!, lists, density)
          expect(numbers(got.bytes['w']).map((value) => value + 0)).toEqual(
            expected.map((value) => Math.fround(value) + 0),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  it('leaves an infinity that nobody changed as it is, and counts it as no change: TIES', async () => {
    const lists = [
      [Infinity, 3, 1, 1],
      [Infinity, 1, 5, 1],
    ]
    const got = await merge(lists.map(w), { strategy: 'ties', density: 0.25 }, w([Infinity, 1, 1, 1]), false)
    expect(numbers(got.bytes['w'])).toEqual([Infinity, 3, 5, 1])
  })

  it('takes what only one side changed, added or removed, byte for byte', async () => {
    const base = { same: f32([1]), ours: f32([NaN, 2]), theirs: f32([3]), gone: f32([4]), both: f32([1, 1]) }
    const got = await merge(
      [
        { both: f32([3, 1]), ours: f32([2, 2]), same: f32([1]), theirs: f32([3]), mine: f32([7]) },
        {
          same: f32([1]),
          ours: f32([NaN, 2]),
          theirs: f32([5]),
          gone: f32([4]),
          both: f32([1, 5]),
          yours: f32([8]),
        },
      ],
      { strategy: 'average' },
      base,
    )
    expect(
      Object.fromEntries(Object.entries(got.bytes).map(([name, bytes]) => [name, numbers(bytes)])),
    ).toEqual({
      both: [2, 3],
      ours: [2, 2],
      same: [1],
      theirs: [5],
      mine: [7],
      yours: [8],
    })
    expect(got).toMatchObject({ blended: 1, taken: 5, dropped: 1 })
  })

  it('names what cannot be merged, and why, and writes nothing', async () => {
    const base = { int: { dtype: 'I64', values: [1] }, shape: f32([1, 2]), dtype: f32([1]), gone: f32([1]) }
    const got = await merge(
      [
        { int: { dtype: 'I64', values: [2] }, shape: f32([1, 2, 3]), dtype: f32([2]), new: f32([1]) },
        {
          int: { dtype: 'I64', values: [3] },
          shape: f32([1]),
          dtype: { dtype: 'F64', values: [2] },
          gone: f32([2]),
          new: f32([2]),
        },
      ],
      { strategy: 'ties' },
      base,
    )
    expect(got.conflicts).toEqual([
      { name: 'int', why: 'I64 is never averaged' },
      { name: 'shape', why: 'its shapes differ: [3], [1], [2]' },
      { name: 'dtype', why: 'its dtypes differ: F32, F64' },
      { name: 'new', why: 'the base lacks it, and ties adds changes to the base' },
      { name: 'gone', why: 'one side has it, the other does not' },
    ])
    const taken = await merge(
      [{ int: { dtype: 'I64', values: [2] } }, { int: { dtype: 'I64', values: [3] } }],
      { strategy: 'theirs' },
    )
    expect([...taken.bytes['int']!]).toEqual([3, 0, 0, 0, 0, 0, 0, 0])
  })
})

describe('git model weights merge', () => {
  it('merges by hand, writes a card, and refuses what makes no sense', async () => {
    const repo = await gitdir({})
    await repo.model('init')
    await repo.commit({ 'a.safetensors': tensorFile(w([1, 2])), 'b.safetensors': tensorFile(w([3, 2.5])) })
    const args = (...more: string[]): string[] => ['weights', 'merge', ...more]
    const done = await repo.model(
      ...args('--strategy', 'average', 'c.safetensors', 'a.safetensors', 'b.safetensors', '--json'),
    )
    expect(JSON.parse(done.stdout)).toMatchObject({
      schema: 'weights-merged/v1',
      blended: 1,
      card: 'written',
    })
    const { card } = JSON.parse((await repo.model('card', 'show', 'c.safetensors', '--json')).stdout)
    expect(card.card.training.merge).toMatchObject({ strategy: 'average', parents: [{}, {}] })
    const again = await repo.model(
      ...args('--strategy', 'average', 'c.safetensors', 'a.safetensors', 'b.safetensors'),
    )
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('--force')])
    const wrong = await repo.model(
      ...args('--strategy', 'ties', 'd.safetensors', 'a.safetensors', 'b.safetensors'),
    )
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('--base')])
    const unweighted = await repo.model(
      ...args('--strategy', 'weighted', 'd.safetensors', 'a.safetensors', 'b.safetensors'),
    )
    expect([unweighted.exitCode, unweighted.stderr]).toEqual([2, expect.stringContaining('-p samples=COUNT')])
    for (const [flags, said] of [
      ['slerp --position 2', '--position 2 is not between the two inputs'],
      ['slerp --position -0.1', '--position 0, the first, over 0.5'],
      ['ties --base a.safetensors --density 0', '--density 0 is no share'],
      ['ties --base a.safetensors --density 1.5', '--density 0.2 keeps a fifth'],
      ['weighted --weight 1', '1 weights for 2 inputs'],
      ['weighted --weight 1 --weight -1', 'the weights add up to 0'],
      ['weighted --weight 1e308 --weight 1e308', 'too large to be added up'],
      ['average --weight 1 --weight 3', 'average takes no --weight'],
      ['weighted --position 0.2', '--strategy slerp'],
    ] as const) {
      const refused = await repo.model(
        ...args('--strategy', ...flags.split(' '), 'd.safetensors', 'a.safetensors', 'b.safetensors'),
      )
      expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining(said)])
    }
    await repo.write('i.safetensors', tensorFile({ w: { dtype: 'I64', values: [1] } }))
    const conflict = await repo.model(
      ...args('--strategy', 'average', 'd.safetensors', 'a.safetensors', 'i.safetensors'),
    )
    expect([conflict.exitCode, conflict.stderr]).toEqual([
      1,
      expect.stringContaining('"w": its dtypes differ: F32, I64'),
    ])
    expect(await repo.git('status', '--short')).not.toMatch(/d\.safetensors|\.tmp/)
  })
})

function naiveTies(base: readonly number[], lists: readonly number[][], density: number): number[] {
  const kept = lists.map((list) => {
    const changes = list.map((value, at) => value - base[at]!)
    const sizes = changes.map((change) => Math.fround(Math.abs(change))).sort((a, b) => b - a)
    const threshold = sizes[Math.max(1, Math.ceil(density * sizes.length)) - 1]!
    return changes.map((change) => (Math.fround(Math.abs(change)) >= threshold ? change : 0))
  })
  return base.map((value, at) => {
    const changes = kept.map((list) => list[at]!)
    const sum = changes.reduce((total, change) => total + change, 0)
    const agreed = changes.filter((change) => change !== 0 && change > 0 === sum > 0)
    return sum === 0 ? value : value + agreed.reduce((total, change) => total + change, 0) / agreed.length
  })
}
