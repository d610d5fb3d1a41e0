import type { ByteCursor } from './byte-cursor.ts'

/** The key-value part of a GGUF file. */
export interface GgufValues {
  /** Long texts are cut, and arrays told by length and type. */
  metadata: Record<string, string>
  /** What tensors are aligned to, in bytes. */
  alignment: number
}

type Fail = (why: string) => Error

const MAX_VALUES = 100_000
/** Elements of all arrays of texts: a tokenizer has some hundred thousand. */
const MAX_TEXTS = 20_000_000
const MAX_KEY = 2 ** 16
const MAX_TEXT = 2 ** 16
const MAX_DEPTH = 4
const DEFAULT_ALIGNMENT = 32
const STRING = 8
const ARRAY = 9

const NUMBERS: Readonly<
  Record<number, { name: string; bytes: number; read: (bytes: Buffer) => number | bigint | boolean }>
> = {
  0: { name: 'u8', bytes: 1, read: (bytes) => bytes.readUInt8(0) },
  1: { name: 'i8', bytes: 1, read: (bytes) => bytes.readInt8(0) },
  2: { name: 'u16', bytes: 2, read: (bytes) => bytes.readUInt16LE(0) },
  3: { name: 'i16', bytes: 2, read: (bytes) => bytes.readInt16LE(0) },
  4: { name: 'u32', bytes: 4, read: (bytes) => bytes.readUInt32LE(0) },
  5: { name: 'i32', bytes: 4, read: (bytes) => bytes.readInt32LE(0) },
  6: { name: 'f32', bytes: 4, read: (bytes) => shortest(bytes.readFloatLE(0)) },
  7: { name: 'bool', bytes: 1, read: (bytes) => bytes[0] !== 0 },
  10: { name: 'u64', bytes: 8, read: (bytes) => bytes.readBigUInt64LE(0) },
  11: { name: 'i64', bytes: 8, read: (bytes) => bytes.readBigInt64LE(0) },
  12: { name: 'f64', bytes: 8, read: (bytes) => bytes.readDoubleLE(0) },
}

/** Reads the key-value part. @param count - how many pairs the file says there are. */
export function readGgufValues(cursor: ByteCursor, count: bigint, fail: Fail): GgufValues {
  if (count > BigInt(MAX_VALUES)) throw fail(`it says it has ${count} values`)
  const entries = new Map<string, string>()
  const budget = { texts: MAX_TEXTS }
  for (let index = 0n; index < count; index += 1n) {
    const length = cursor.u64()
    if (length > MAX_KEY) throw fail(`a key would be ${length} bytes long`)
    const key = cursor.take(length).toString('utf8')
    if (entries.has(key)) throw fail(`it says ${JSON.stringify(key.slice(0, 200))} twice`)
    entries.set(key, readValue(cursor, cursor.u32(), budget, fail))
  }
  const alignment = Number(entries.get('general.alignment') ?? DEFAULT_ALIGNMENT)
  if (!Number.isInteger(alignment) || alignment < 1 || alignment > 2 ** 20)
    throw fail(`its alignment is ${entries.get('general.alignment')!.slice(0, 100)}`)
  return { metadata: Object.fromEntries(entries), alignment }
}

function readValue(cursor: ByteCursor, type: number, budget: { texts: number }, fail: Fail): string {
  if (type === STRING) return readText(cursor)
  if (type === ARRAY) return passArray(cursor, budget, 0, fail)
  const number = NUMBERS[type]
  if (number === undefined) throw fail(`a value has the type ${type}`)
  return String(number.read(cursor.take(number.bytes)))
}

function readText(cursor: ByteCursor): string {
  const length = cursor.u64()
  const kept = cursor.take(Math.min(length, MAX_TEXT)).toString('utf8')
  cursor.skip(Math.max(0, length - MAX_TEXT))
  return length > MAX_TEXT ? `${kept}…` : kept
}

function passArray(cursor: ByteCursor, budget: { texts: number }, depth: number, fail: Fail): string {
  const [type, count] = [cursor.u32(), cursor.u64()]
  const number = NUMBERS[type]
  if (number !== undefined) {
    const bytes = count * number.bytes
    cursor.skip(Number.isSafeInteger(bytes) ? bytes : Infinity)
    return `${count} × ${number.name}`
  }
  if ((type !== STRING && type !== ARRAY) || depth >= MAX_DEPTH) throw fail(`an array has the type ${type}`)
  budget.texts -= count
  if (budget.texts < 0) throw fail(`its arrays have more than ${MAX_TEXTS} elements`)
  for (let index = 0; index < count; index += 1) {
    if (type === STRING) cursor.skip(cursor.u64())
    else passArray(cursor, budget, depth + 1, fail)
  }
  return `${count} × ${type === STRING ? 'text' : 'array'}`
}

// As few digits as tell this number of 32 bits from all others.
function shortest(value: number): number {
  const digits = [6, 7, 8, 9].find((count) => Math.fround(Number(value.toPrecision(count))) === value)
  return digits === undefined ? value : Number(value.toPrecision(digits))
}
