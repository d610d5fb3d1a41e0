import { isBytes, type PlainName } from './plain-values.ts'
import { countsOf, isKind, type PickleObject, type PickleValue } from './value.ts'

const dtype: PlainName = { fits: fitsDtype, fitsState: fitsDtypeState }
const reconstruct: PlainName = { fits: fitsReconstruct, fitsState: fitsArrayState }
const scalar: PlainName = {
  fits: ([type, content, ...more]) => fitsNumbers(type, content) && more.length === 0,
}

/**
 * The names that make arrays of NumPy, as `module name`. NumPy believes the state of an array and of a dtype, so that a
 * hostile one reads and writes memory that is not its own: only what NumPy writes for numbers, texts and lists of
 * objects is let through (numpy, `methods.c`, `array_reduce`; `descriptor.c`, `arraydescr_reduce`).
 */
export const PLAIN_ARRAYS: ReadonlyMap<string, PlainName> = new Map<string, PlainName>([
  ['numpy dtype', dtype],
  // As an operand alone.
  ['numpy ndarray', { fits: () => false }],
  ...['core', '_core'].flatMap((core): [string, PlainName][] => [
    [`numpy.${core}.multiarray _reconstruct`, reconstruct],
    [`numpy.${core}.multiarray scalar`, scalar],
    [`numpy.${core}.numeric _frombuffer`, { fits: fitsBuffer }],
  ]),
])

const TYPE = /^(?:b1|[iu][1248]|f(?:2|4|8|12|16)|c(?:8|16|24|32)|O8?|([SU])(\d{1,8}))$/

// `dtype('f4', False, True)`. Without the copy, what is set afterwards would be set in NumPy's own.
function fitsDtype(args: readonly PickleValue[]): boolean {
  const [type, align, copy] = args
  if (args.length !== 3 || typeof type !== 'string' || !TYPE.test(type)) return false
  return (align === false || align === 0) && (copy === true || copy === 1)
}

// Version, order, no fields; size, alignment and flags, which follow from the type.
function fitsDtypeState({ args, state }: PickleObject): boolean {
  const [type] = isKind(args, 'tuple') ? args.items : []
  if (typeof type !== 'string' || !isKind(state, 'tuple') || state.items.length !== 8) return false
  const [version, order, ...rest] = state.items
  const isOrder = ['<', '>', '=', '|'].some((each) => each === order)
  const expected = [null, null, null, ...sizesOf(type)]
  return version === 3 && isOrder && rest.every((value, index) => value === expected[index])
}

function sizesOf(type: string): [size: number, alignment: number, flags: number] {
  const [, kind, digits] = TYPE.exec(type) ?? []
  if (kind === 'U') return [4 * Number(digits), 4, 8]
  if (kind === 'S') return [Number(digits), 1, 0]
  return [-1, -1, isOfObjects(type) ? 63 : 0]
}

function isOfObjects(type: PickleValue | undefined): boolean {
  return type === 'O' || type === 'O8'
}

// `_reconstruct(ndarray, (0,), b'b')`: an empty array, to which its state is given.
function fitsReconstruct(args: readonly PickleValue[]): boolean {
  const [type, shape, code] = args
  const isArray = isKind(type, 'global') && type.module === 'numpy' && type.name === 'ndarray'
  const isEmpty = isKind(shape, 'tuple') && shape.items.length === 1 && shape.items[0] === 0
  return args.length === 3 && isArray && isEmpty && (isBytes(code) || code === 'b')
}

// (version, shape, dtype, isFortran, content).
function fitsArrayState({ state }: PickleObject): boolean {
  if (!isKind(state, 'tuple') || state.items.length !== 5) return false
  const [version, sizes, type, isFortran, content] = state.items
  const shape = isKind(sizes, 'tuple') ? countsOf(sizes) : undefined
  if (version !== 1 || shape === undefined || ![true, false, 0, 1].some((each) => each === isFortran))
    return false
  if (fitsNumbers(type, content)) return true
  // The length of the list is not compared with the shape when it is loaded.
  const length = shape.reduce((product, count) => product * count, 1)
  return typeOf(type) !== undefined && isKind(content, 'list') && content.items.length === length
}

// `_frombuffer(content, dtype, shape, order)`: protocol 5, whose buffers may stand outside the file.
function fitsBuffer(args: readonly PickleValue[]): boolean {
  const [content, type, shape, order] = args
  const isBuffer = isKind(content, 'object') && content.callee === 'buffer'
  const isArray = fitsNumbers(type, isBuffer ? '' : content) && countsOf(shape) !== undefined
  return args.length === 4 && isArray && (order === 'C' || order === 'F')
}

function fitsNumbers(type: PickleValue | undefined, content: PickleValue | undefined): boolean {
  const name = typeOf(type)
  return name !== undefined && !isOfObjects(name) && (isBytes(content) || typeof content === 'string')
}

// The type of a dtype that is as NumPy writes it.
function typeOf(value: PickleValue | undefined): string | undefined {
  if (!isKind(value, 'object') || !isKind(value.callee, 'global') || !isKind(value.args, 'tuple'))
    return undefined
  const isDtype = value.callee.module === 'numpy' && value.callee.name === 'dtype' && value.items.length === 0
  if (!isDtype || !fitsDtype(value.args.items)) return undefined
  const [type] = value.args.items
  const isWhole = value.state === undefined || fitsDtypeState(value)
  return isWhole && typeof type === 'string' ? type : undefined
}
