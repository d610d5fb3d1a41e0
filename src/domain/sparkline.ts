const BLOCKS = '▁▂▃▄▅▆▇█'
const MIDDLE = '▄'
const GAP = '·'

/**
 * Draws values as a line of blocks, the lowest to the highest finite one. NaN is a `·`; an infinity is drawn as the
 * end of the scale.
 *
 * @param width - the most characters it may take, at least 1.
 * @param scale - what the lowest and the highest block stand for, where several lines are to be compared.
 */
export function sparkline(
  values: readonly number[],
  width: number,
  scale?: { min: number; max: number },
): string {
  const shown = downsample(values, width)
  const { min, max } = scale ?? bounds(shown)
  return shown.map((value) => block(value, min, max)).join('')
}

/**
 * Reduces a series to at most `width` values, in order. The finite minimum and maximum of every bucket stay, so a
 * spike cannot vanish; from a width of 4 on the first and the last value stay too, and at width 1 the last one alone.
 */
export function downsample(values: readonly number[], width: number): number[] {
  return keptIndices(values, width).map((index) => values[index]!)
}

/** Returns which values {@link downsample} keeps, by index. A value may stand twice where its bucket has no other. */
export function keptIndices(values: readonly number[], width: number): number[] {
  if (width < 1) return []
  if (values.length <= width) return [...values.keys()]
  if (width === 1) return [values.length - 1]
  if (width < 4) return bucketExtremes(values, 0, values.length, 1)
  // Where a series began and ended is read off its drawing.
  const last = values.length - 1
  return [0, ...bucketExtremes(values, 1, last, Math.floor(width / 2) - 1), last]
}

function bucketExtremes(values: readonly number[], from: number, to: number, buckets: number): number[] {
  const edge = (bucket: number): number => from + Math.floor((bucket * (to - from)) / buckets)
  return Array.from({ length: buckets }, (_, index) => {
    const start = edge(index)
    return extremes(values.slice(start, edge(index + 1))).map((at) => start + at)
  }).flat()
}

// Where the lowest and the highest value stand, in order; with a NaN in place of the second if they are one.
function extremes(bucket: readonly number[]): number[] {
  let [low, high, gap] = [-1, -1, -1]
  for (const [index, value] of bucket.entries()) {
    if (Number.isNaN(value)) gap = index
    else {
      if (low < 0 || value < bucket[low]!) low = index
      if (high < 0 || value > bucket[high]!) high = index
    }
  }
  if (low < 0) return gap < 0 ? [] : [gap, gap]
  const second = low === high && gap >= 0 ? gap : high
  return [Math.min(low, second), Math.max(low, second)]
}

function bounds(values: readonly number[]): { min: number; max: number } {
  const finite = values.filter(Number.isFinite)
  return {
    min: finite.reduce((a, b) => Math.min(a, b), Infinity),
    max: finite.reduce((a, b) => Math.max(a, b), -Infinity),
  }
}

function block(value: number, min: number, max: number): string {
  if (Number.isNaN(value)) return GAP
  if (value === Infinity) return BLOCKS.at(-1)!
  if (value === -Infinity) return BLOCKS.at(0)!
  if (min === max) return MIDDLE
  // Halves first: the difference of two huge numbers would be infinite.
  const share = (value / 2 - min / 2) / (max / 2 - min / 2)
  return BLOCKS.charAt(Math.max(0, Math.min(BLOCKS.length - 1, Math.floor(share * BLOCKS.length))))
}
