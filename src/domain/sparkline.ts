const BLOCKS = '▁▂▃▄▅▆▇█'
const MIDDLE = '▄'
const GAP = '·'

/**
 * Draws values as a line of blocks, the lowest to the highest finite one. NaN is a `·`; an infinity is drawn as the
 * end of the scale.
 *
 * @param width - the most characters it may take, at least 1.
 */
export function sparkline(values: readonly number[], width: number): string {
  const shown = downsample(values, width)
  const { min, max } = bounds(shown)
  return shown.map((value) => block(value, min, max)).join('')
}

/**
 * Reduces a series to at most `width` values, in order. The finite minimum and maximum of every bucket stay, so a
 * spike cannot vanish; at width 1 only the last value stays.
 */
export function downsample(values: readonly number[], width: number): number[] {
  if (width < 1) return []
  if (values.length <= width) return [...values]
  if (width === 1) return values.slice(-1)
  const buckets = Math.floor(width / 2)
  return Array.from({ length: buckets }, (_, index) => {
    const start = Math.floor((index * values.length) / buckets)
    return extremes(values.slice(start, Math.floor(((index + 1) * values.length) / buckets)))
  }).flat()
}

// The lowest and the highest value in the order in which they stand; with a NaN in place of the second if they are one.
function extremes(bucket: readonly number[]): number[] {
  let [low, high, gap] = [-1, -1, -1]
  for (const [index, value] of bucket.entries()) {
    if (Number.isNaN(value)) gap = index
    else {
      if (low < 0 || value < bucket[low]!) low = index
      if (high < 0 || value > bucket[high]!) high = index
    }
  }
  if (low < 0) return gap < 0 ? [] : [Number.NaN, Number.NaN]
  const second = low === high && gap >= 0 ? gap : high
  return [Math.min(low, second), Math.max(low, second)].map((index) => bucket[index]!)
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
  return BLOCKS.charAt(Math.min(BLOCKS.length - 1, Math.floor(share * BLOCKS.length)))
}
