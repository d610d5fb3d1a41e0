/** A stretch of a YAML stream that holds one document, its marker and its directives. */
export interface StreamPart {
  text: string
  /** How many lines of the stream stand before it. */
  line: number
}

/** How many documents a stream is split into. */
export const MAX_PARTS = 10_000

/**
 * Splits a YAML stream at its document markers. A line that begins with `---` is a marker wherever it stands,
 * in a quoted text too, so one damaged document cannot swallow the next. Parts without content are left out.
 * What comes after {@link MAX_PARTS} parts is one part.
 */
export function splitStream(stream: string): StreamPart[] {
  // Byte order marks stand where texts were glued together.
  const text = stream.replace(/(?<![^\n])\uFEFF+/g, '')
  const parts: StreamPart[] = []
  let start = 0
  let line = 0
  let isOpen = false
  const close = (end: number): void => {
    const part = text.slice(start, end)
    // Empty lines before a document say nothing, and would keep it from being read as what it is.
    const [empty] = /^(?:[^\S\n]*\n)*/.exec(part)!
    if (isOpen || !isPrelude(part))
      parts.push({ text: part.slice(empty.length), line: line + countLines(empty) })
    line += countLines(part)
    ;[start, isOpen] = [end, false]
  }
  for (const { index, 0: marker } of text.matchAll(/(?<![^\n])(?:---|\.\.\.)(?=\s|$)/g)) {
    if (parts.length === MAX_PARTS - 1) break
    if (marker === '---') {
      if (isOpen || !isPrelude(text.slice(start, index))) close(index)
      isOpen = true
    } else close(lineEnd(text, index))
  }
  close(text.length)
  return parts
}

// Directives and comments belong to the document that follows them.
function isPrelude(text: string): boolean {
  // From one line with something on it to the next: there may be millions that are empty.
  const something = /\S/g
  for (let found = something.exec(text); found !== null; found = something.exec(text)) {
    const start = text.lastIndexOf('\n', found.index) + 1
    const end = lineEnd(text, found.index)
    const [mark] = found
    const isMarker = mark === '.' && /^\.\.\.\s*$/.test(text.slice(start, end))
    if (mark !== '#' && !isMarker && (mark !== '%' || start !== found.index)) return false
    something.lastIndex = end
  }
  return true
}

function lineEnd(text: string, from: number): number {
  const found = text.indexOf('\n', from)
  return found === -1 ? text.length : found + 1
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}
