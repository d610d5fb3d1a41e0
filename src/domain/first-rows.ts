/** So many numbers at least are collected before those that cannot be among the first are left out. */
const AT_ONCE = 200
/** So many are looked at in one call: V8 soon compiles what is called often, and late what is called once and loops. */
const STEP = 256

/**
 * Returns the rows whose numbers may be among the first so many: those that are not behind the last of them. Many
 * thousands are told in one pass, without a look at anything else of a row.
 *
 * @param numbers - by row; NaN where a row does not count.
 * @returns in the order of `numbers`; undefined where there are fewer numbers than are wanted.
 */
export function firstRows(numbers: Float64Array, limit: number, isDescending: boolean): number[] | undefined {
  if (limit === 0) return []
  const collect = isDescending ? collectFrom : collectUpTo
  const found = new Int32Array(STEP)
  let room = 2 * limit + AT_ONCE
  let rows: number[] = []
  let bound = isDescending ? -Infinity : Infinity
  for (let first = 0; first < numbers.length; first += STEP) {
    const count = collect(numbers, first, Math.min(first + STEP, numbers.length), bound, found)
    for (let at = 0; at < count; at++) rows.push(found[at]!)
    if (rows.length < room) continue
    bound = numberAt(numbers, rows, limit, isDescending)
    rows = within(numbers, rows, bound, isDescending)
    // Where many are equal, all of them stay.
    room = Math.max(room, 2 * rows.length)
  }
  if (rows.length < limit) return undefined
  return within(numbers, rows, numberAt(numbers, rows, limit, isDescending), isDescending)
}

type Collect = (numbers: Float64Array, first: number, end: number, bound: number, found: Int32Array) => number

const collectFrom: Collect = (numbers, first, end, bound, found) => {
  let count = 0
  for (let row = first; row < end; row++) if (numbers[row]! >= bound) found[count++] = row
  return count
}

const collectUpTo: Collect = (numbers, first, end, bound, found) => {
  let count = 0
  for (let row = first; row < end; row++) if (numbers[row]! <= bound) found[count++] = row
  return count
}

/** The number of the last row that is wanted. */
function numberAt(
  numbers: Float64Array,
  rows: readonly number[],
  limit: number,
  isDescending: boolean,
): number {
  const sorted = Float64Array.from(rows, (row) => numbers[row]!).sort()
  return sorted[isDescending ? sorted.length - limit : limit - 1]!
}

function within(
  numbers: Float64Array,
  rows: readonly number[],
  bound: number,
  isDescending: boolean,
): number[] {
  return rows.filter((row) => (isDescending ? numbers[row]! >= bound : numbers[row]! <= bound))
}
