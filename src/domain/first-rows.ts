/** So many numbers at least are collected before those that cannot be among the first are left out. */
const AT_ONCE = 1000

/**
 * Returns the rows whose numbers may be among the first so many: those that are not behind the last of them. Many
 * thousands are told in one pass, without a look at anything else of a row.
 *
 * @param numbers - by row; NaN where a row does not count.
 * @returns in the order of `numbers`; undefined where there are fewer numbers than are wanted.
 */
export function firstRows(numbers: Float64Array, limit: number, isDescending: boolean): number[] | undefined {
  if (limit === 0) return []
  const sign = isDescending ? 1 : -1
  const rows: number[] = []
  const highest = new Float64Array(2 * limit + AT_ONCE)
  let count = 0
  let bound = -Infinity
  for (let row = 0; row < numbers.length; row++) {
    const value = sign * numbers[row]!
    if (!(value >= bound)) continue
    rows.push(row)
    highest[count++] = value
    if (count < highest.length) continue
    highest.sort().copyWithin(0, count - limit)
    count = limit
    bound = highest[0]!
  }
  if (count < limit) return undefined
  const last = highest.subarray(0, count).sort()[count - limit]!
  return rows.filter((row) => sign * numbers[row]! >= last)
}
