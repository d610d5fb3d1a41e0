/** How much a JSON text would become in memory. */
export interface JsonShape {
  /** How deep its brackets nest. */
  depth: number
  /** How many members and items it has, about. */
  members: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c

/**
 * Looks over a JSON text before it is parsed: a few megabytes of brackets become gigabytes in memory. The text need not be
 * valid.
 */
export function jsonShape(bytes: Uint8Array): JsonShape {
  let [level, depth, members, isText] = [0, 0, 0, false]
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (isText) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) isText = false
    } else if (byte === QUOTE) isText = true
    else if (byte === COMMA) members += 1
    // [ { and ] } differ in one bit only
    else if ((byte | 0x20) === 0x7b) {
      level += 1
      members += 1
      if (level > depth) depth = level
    } else if ((byte | 0x20) === 0x7d) level -= 1
  }
  return { depth, members }
}

const MAX_DEPTH = 200
const MAX_MEMBERS = 5_000_000

/** Says why a JSON text is too much to parse; undefined where it is not. */
export function tooMuchJson(bytes: Uint8Array): string | undefined {
  const { depth, members } = jsonShape(bytes)
  if (depth > MAX_DEPTH) return `its JSON is more than ${MAX_DEPTH} levels deep`
  return members > MAX_MEMBERS ? `its JSON has more than ${MAX_MEMBERS} members` : undefined
}
