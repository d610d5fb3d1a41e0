import { NUMBER, type Column } from './column.ts'
import type { Placed } from './look-up.ts'

/**
 * Returns the numbers of a column of several tables by row, NaN where a row has none; undefined where some value is no
 * number.
 *
 * @param size - how many rows there are.
 */
export function denseNumbers(
  parts: readonly Placed[],
  name: string,
  size: number,
): Float64Array<ArrayBuffer> | undefined {
  const numbers = new Float64Array(size).fill(Number.NaN)
  for (const { table, first } of parts) {
    const column = table.column(name)
    if (column === undefined) continue
    if (!isAllNumbers(column)) return undefined
    const { rows, values } = column
    if (rows === undefined) numbers.set(values, first)
    else for (let entry = 0; entry < rows.length; entry++) numbers[first + rows[entry]!] = values[entry]!
  }
  return numbers
}

function isAllNumbers({ kinds, length }: Column): boolean {
  return (
    length === 0 || (typeof kinds === 'number' ? kinds === NUMBER : kinds.every((kind) => kind === NUMBER))
  )
}
