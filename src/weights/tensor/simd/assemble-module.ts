/** Bytes of WebAssembly, nested as the expressions they are. */
export type Code = number | readonly Code[]

/** A function of a module. It returns nothing; all its results go into the memory. */
export interface Routine {
  name: string
  /** Of each parameter. */
  parameters: readonly ValueType[]
  /** How many variables of 128 bits it has, after its parameters. */
  vectors: number
  body: Code
}

/** The types of values that routines use. */
export type ValueType = keyof typeof TYPES

const TYPES = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const

/** The bytes of a page of memory. */
const PAGE = 65_536

/**
 * Puts routines together into a WebAssembly module, which exports each by its name, and a memory that never grows
 * (https://webassembly.github.io/spec/core/binary/modules.html).
 *
 * @param memory - how many bytes the routines need.
 */
export function assembleModule(routines: readonly Routine[], memory: number): Uint8Array<ArrayBuffer> {
  const pages = Math.ceil(memory / PAGE)
  const types = routines.map(({ parameters }) => [0x60, list(parameters.map((type) => TYPES[type])), 0])
  const names = routines.map(({ name }, index) => [text(name), 0, unsigned(index)])
  const magic = [...new TextEncoder().encode('\0asm'), 1, 0, 0, 0]
  const code: Code = [
    magic,
    section(1, types),
    section(
      3,
      routines.map((_, index) => unsigned(index)),
    ),
    section(5, [[1, unsigned(pages), unsigned(pages)]]),
    section(7, [[text('memory'), 2, 0], ...names]),
    section(10, routines.map(functionBody)),
  ]
  return Uint8Array.from(flatten(code))
}

function functionBody({ vectors, body }: Routine): Code {
  return sized([list(vectors === 0 ? [] : [[unsigned(vectors), TYPES.v128]]), body, 0x0b])
}

function section(kind: number, items: readonly Code[]): Code {
  return [kind, sized(list(items))]
}

function list(items: readonly Code[]): Code {
  return [unsigned(items.length), items]
}

function sized(code: Code): Code {
  const bytes = flatten(code)
  return [unsigned(bytes.length), bytes]
}

function text(value: string): Code {
  return sized([...new TextEncoder().encode(value)])
}

function flatten(code: Code, bytes: number[] = []): number[] {
  if (typeof code === 'number') bytes.push(code)
  else for (const part of code) flatten(part, bytes)
  return bytes
}

/** Encodes a number of at most 32 bits as LEB128. */
export function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, unsigned(value >>> 7)]
}

/** The same for a number with a sign. */
export function signed(value: number): Code {
  const isLast = value >= -64 && value < 64
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, signed(value >> 7)]
}
