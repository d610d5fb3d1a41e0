import { PLACES, type TensorKernel } from './kernel.ts'

/**
 * Makes a kernel of plain typed arrays, for machines without WebAssembly SIMD. It gives the same results as the other
 * one, bit for bit: sums run in four lanes, which are added in the same order.
 */
export function plainKernel(): TensorKernel {
  const memory = new ArrayBuffer(PLACES.end)
  const views = {
    u16: new Uint16Array(memory),
    u32: new Uint32Array(memory),
    f32: new Float32Array(memory),
    f64: new Float64Array(memory),
  }
  return {
    memory,
    widenBF16: (from, to, count) => widenBF16(views, from, to, count),
    widenF16: (from, to, count) => widenF16(views, from, to, count),
    narrowBF16: (from, to, count) => narrowBF16(views, from, to, count),
    narrowF16: (from, to, count) => narrowF16(views, from, to, count),
    narrowF64: (from, to, count) =>
      views.f32.set(views.f64.subarray(from >> 3, (from >> 3) + count), to >> 2),
    addF32: (from, sums, weight, count) => add(views.f32, from >> 2, views.f64, sums >> 3, weight, count),
    addF64: (from, sums, weight, count) => add(views.f64, from >> 3, views.f64, sums >> 3, weight, count),
    compareF32: (a, b, out, count) => {
      const changed = countChanged(views.u32, a >> 2, b >> 2, count, 1)
      compare(views.f32, a >> 2, b >> 2, views.f64, out >> 3, count, changed)
    },
    compareF64: (a, b, out, count) => {
      const changed = countChanged(views.u32, a >> 2, b >> 2, count, 2)
      compare(views.f64, a >> 3, b >> 3, views.f64, out >> 3, count, changed)
    },
  }
}

interface Views {
  u16: Uint16Array
  u32: Uint32Array
  f32: Float32Array
  f64: Float64Array
}

function widenBF16({ u16, u32 }: Views, from: number, to: number, count: number): void {
  for (let i = 0; i < count; i++) u32[(to >> 2) + i] = u16[(from >> 1) + i]! << 16
}

// The exponent of binary16 is 112 smaller; the multiplication also makes subnormal numbers normal.
function widenF16({ u16, u32, f32 }: Views, from: number, to: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const half = u16[(from >> 1) + i]!
    const at = (to >> 2) + i
    u32[at] = (half & 0x7fff) << 13
    f32[at] = f32[at]! * 2 ** 112
    if ((half & 0x7c00) === 0x7c00) u32[at] |= 0x7f800000
    u32[at] |= (half & 0x8000) << 16
  }
}

function narrowBF16({ u16, u32 }: Views, from: number, to: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const bits = u32[(from >> 2) + i]!
    const isNaN = (bits & 0x7fffffff) > 0x7f800000
    u16[(to >> 1) + i] = isNaN
      ? ((bits >>> 16) & 0x8000) | 0x7fc0
      : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
  }
}

// Below 2^-14 adding 0.5 rounds the number to the steps of binary16's subnormals, as the addition itself rounds.
function narrowF16({ u16, u32, f32 }: Views, from: number, to: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const at = (from >> 2) + i
    const sign = (u32[at]! >>> 16) & 0x8000
    const bits = u32[at]! & 0x7fffffff
    let half: number
    if (bits > 0x7f800000) half = 0x7e00
    else if (bits >= 0x47800000) half = 0x7c00
    else if (bits < 0x38800000) {
      scratch.f32[0] = Math.abs(f32[at]!) + 0.5
      half = scratch.u32[0]! - 0x3f000000
    } else half = (bits - 0x38000000 + 0xfff + ((bits >>> 13) & 1)) >>> 13
    u16[(to >> 1) + i] = sign | half
  }
}

const bits = new ArrayBuffer(4)
const scratch = { f32: new Float32Array(bits), u32: new Uint32Array(bits) }

function add(
  values: Float32Array | Float64Array,
  from: number,
  sums: Float64Array,
  to: number,
  weight: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) sums[to + i] = sums[to + i]! + weight * values[from + i]!
}

function countChanged(words: Uint32Array, a: number, b: number, count: number, width: 1 | 2): number {
  let changed = 0
  for (let i = 0; i < count * width; i += width) {
    const differs = words[a + i] !== words[b + i] || (width === 2 && words[a + i + 1] !== words[b + i + 1])
    if (differs) changed += 1
  }
  return changed
}

function compare(
  values: Float32Array | Float64Array,
  a: number,
  b: number,
  out: Float64Array,
  at: number,
  count: number,
  changed: number,
): void {
  const lanes = Array.from({ length: 4 }, () => new Float64Array(4))
  const [difference, first, second, product] = lanes as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  let [largest, odd, oddNow] = [0, 0, 0]
  for (let i = 0; i < count; i++) {
    const [x, y, lane] = [values[a + i]!, values[b + i]!, i & 3]
    const [isFinite, isFiniteNow] = [Math.abs(x) < Infinity, Math.abs(y) < Infinity]
    if (!isFinite) odd += 1
    if (!isFiniteNow) oddNow += 1
    if (!isFinite || !isFiniteNow) continue
    const change = y - x
    difference[lane] = difference[lane]! + change * change
    first[lane] = first[lane]! + x * x
    second[lane] = second[lane]! + y * y
    product[lane] = product[lane]! + x * y
    if (Math.abs(change) > largest) largest = Math.abs(change)
  }
  out.set([...lanes.map(sumLanes), largest, changed, odd, oddNow], at)
}

function sumLanes(lanes: Float64Array): number {
  return lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!)
}
