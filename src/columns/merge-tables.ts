import { packKinds, packRows, packValues } from './column-builder.ts'
import { byteColumnOf, kindAt, TEXT, type ByteColumn, type Column, type Segment } from './column.ts'
import { tableOf } from './table-builder.ts'

/** A table and the rows of it that count no more. */
export interface LiveTable {
  readonly table: Segment
  readonly dead: ReadonlySet<number>
}

const GONE = 0xffff_ffff

/** Makes one table of several: the rows of the first come first, and what is dead is left out. */
export function mergeTables(parts: readonly LiveTable[]): Segment {
  let size = 0
  const placed = parts.map(({ table, dead }) => {
    const places = new Uint32Array(table.rows)
    for (let row = 0; row < table.rows; row++) places[row] = dead.has(row) ? GONE : size++
    return { table, places }
  })
  const names = new Set(parts.flatMap(({ table }) => table.names))
  const byteNames = new Set(parts.flatMap(({ table }) => table.byteNames))
  return tableOf(
    size,
    new Map([...names].map((name) => [name, mergeColumn(placed, name, size)])),
    new Map([...byteNames].map((name) => [name, mergeByteColumn(placed, name, size)])),
  )
}

interface Placed {
  table: Segment
  /** Where each row goes. */
  places: Uint32Array
}

function mergeColumn(parts: readonly Placed[], name: string, size: number): Column {
  const columns = parts.flatMap(({ table, places }) => {
    const column = table.column(name)
    return column === undefined ? [] : [{ column, places }]
  })
  const room = columns.reduce((sum, { column }) => sum + column.length, 0)
  const [rows, kinds, values] = [new Uint32Array(room), new Uint8Array(room), new Float64Array(room)]
  const texts = new Map<string, number>()
  let length = 0
  for (const { column, places } of columns) {
    const positions = positionsIn(texts, column)
    for (let entry = 0; entry < column.length; entry++) {
      const row = places[column.rows === undefined ? entry : column.rows[entry]!]!
      if (row === GONE) continue
      const kind = kindAt(column, entry)
      const value = column.values[entry]!
      rows[length] = row
      kinds[length] = kind
      values[length] = kind === TEXT ? positions(value) : value
      length += 1
    }
  }
  const dictionary = [...texts.keys()]
  return {
    rows: packRows(rows.subarray(0, length), size),
    length,
    kinds: packKinds(kinds.subarray(0, length)),
    values: packValues(values.subarray(0, length)),
    texts: () => dictionary,
    positionOf: (text) => dictionary.indexOf(text),
  }
}

// Texts that no living row has are not taken along.
function positionsIn(texts: Map<string, number>, column: Column): (position: number) => number {
  const known: number[] = []
  return (position) => {
    const found = known[position]
    if (found !== undefined) return found
    const text = column.texts()[position]!
    const place = texts.get(text) ?? texts.size
    texts.set(text, place)
    known[position] = place
    return place
  }
}

function mergeByteColumn(parts: readonly Placed[], name: string, size: number): ByteColumn {
  const columns = parts.flatMap(({ table, places }) => {
    const column = table.byteColumn(name)
    return column === undefined ? [] : [{ column, places }]
  })
  const { width } = columns[0]!.column
  const room = columns.reduce((sum, { column }) => sum + column.length, 0)
  const [rows, bytes] = [new Uint32Array(room), Buffer.allocUnsafe(room * width)]
  let length = 0
  for (const { column, places } of columns) {
    const of = column.bytes()
    for (let entry = 0; entry < column.length; entry++) {
      const row = places[column.rows === undefined ? entry : column.rows[entry]!]!
      if (row === GONE) continue
      of.copy(bytes, length * width, entry * width, (entry + 1) * width)
      rows[length] = row
      length += 1
    }
  }
  return byteColumnOf(bytes.subarray(0, length * width), width, packRows(rows.subarray(0, length), size))
}
