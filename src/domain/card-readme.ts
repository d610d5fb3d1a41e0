/** A README.md taken apart. The parts joined are the text. */
export interface ReadmeParts {
  bom: boolean
  /** The line that opens the front matter, with its line end; empty without front matter. */
  open: string
  /** The front matter's own text; empty, or whole lines. */
  front: string
  /** The line that closes the front matter; empty without front matter. */
  close: string
  /** All that follows. */
  body: string
}

const BOM = '\uFEFF'
const OPEN = /^\s*---[ \t]*\r?\n/
// at the start of a line, and a line ends with LF: `^` would also stand after a lone CR
const CLOSE = /(?<![^\n])---[ \t]*(?:\r?\n|$)/

/** Finds the front matter of a README.md as the Hugging Face Hub does: between two lines of `---`, first in the file. */
export function splitReadme(text: string): ReadmeParts {
  const bom = text.startsWith(BOM)
  const rest = bom ? text.slice(1) : text
  const open = OPEN.exec(rest)?.[0] ?? ''
  const inside = rest.slice(open.length)
  const close = open === '' ? null : CLOSE.exec(inside)
  if (close === null) return { bom, open: '', front: '', close: '', body: rest }
  return {
    bom,
    open,
    front: inside.slice(0, close.index),
    close: close[0],
    body: inside.slice(close.index + close[0].length),
  }
}

/** Puts a README.md together again. */
export function joinReadme({ bom, open, front, close, body }: ReadmeParts): string {
  return `${bom ? BOM : ''}${open}${front}${close}${body}`
}
