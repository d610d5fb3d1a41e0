import { isKind, type PickleObject, type PickleValue } from './value.ts'

/** A name that does no harm where it is called as picklers call it. */
export interface PlainName {
  /** Tells whether a pickler gives it these operands. */
  fits(args: readonly PickleValue[]): boolean
  /** Returns what it makes of them; without this, an object of which the call is known. */
  make?(args: readonly PickleValue[]): PickleValue
  /** Tells whether a pickler gives what it made this state. Without this it has none. */
  fitsState?(made: PickleObject): boolean
}

// What protocols 0 to 4 write for values that have no opcode there (CPython, `Lib/pickle.py`). PyTorch's weights-only
// unpickler knows most of them too.
const bytes = (): PickleObject => ({ kind: 'object', callee: 'bytes', args: null, items: [] })
const set: PlainName = {
  fits: (args) => args.length === 1 && isKind(args[0], 'list'),
  make: ([list]) => ({ kind: 'set', items: isKind(list, 'list') ? list.items : [] }),
}

/** The names that make plain values of Python, as `module name`. */
export const PLAIN_VALUES: ReadonlyMap<string, PlainName> = new Map<string, PlainName>([
  ['_codecs encode', { fits: (args) => isLatin(args), make: bytes }],
  ['builtins bytes', { fits: (args) => args.length === 0, make: bytes }],
  ['builtins bytearray', { fits: fitsByteArray, make: bytes }],
  ['builtins set', set],
  ['builtins frozenset', set],
  [
    'builtins complex',
    { fits: (args) => args.length === 2 && args.every((part) => typeof part === 'number') },
  ],
])

/** Tells whether a value is bytes, however a protocol writes them. */
export function isBytes(value: PickleValue | undefined): boolean {
  return isKind(value, 'bytes') || (isKind(value, 'object') && value.callee === 'bytes')
}

// The name of another encoding would be imported.
function isLatin(args: readonly PickleValue[]): boolean {
  const [text, encoding] = args
  const isText = typeof text === 'string' || isKind(text, 'bytes')
  return args.length === 2 && isText && (encoding === 'latin1' || encoding === 'latin-1')
}

// A number would be taken for a size.
function fitsByteArray(args: readonly PickleValue[]): boolean {
  return args.length === 0 || (args.length === 1 && isBytes(args[0])) || isLatin(args)
}
