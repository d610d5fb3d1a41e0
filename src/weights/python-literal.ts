/** A Python literal: a dict is a Map, tuples and lists are arrays. */
export type PythonLiteral =
  | null
  | boolean
  | number
  | string
  | PythonLiteral[]
  | Map<PythonLiteral, PythonLiteral>

const TOKEN =
  /\s*(?:([{}[\]():,])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d{1,15})L?(?![\w.])|(True|False|None)\b)/y
const MAX_DEPTH = 32

/** Reads a Python literal of the few kinds that NumPy's headers have; undefined for anything else. */
export function readPythonLiteral(text: string): PythonLiteral | undefined {
  const reader = new LiteralReader(text)
  const value = reader.value(0)
  return value !== undefined && reader.isAtEnd() ? value : undefined
}

class LiteralReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    return this.#text.slice(this.#at).trim() === ''
  }

  value(depth: number): PythonLiteral | undefined {
    const token = this.#next()
    if (token === undefined || depth > MAX_DEPTH) return undefined
    const [, mark, single, double, digits, word] = token
    if (mark === '{') return this.#dict(depth)
    if (mark === '(' || mark === '[') return this.#sequence(mark === '(' ? ')' : ']', depth)
    if (mark !== undefined) return undefined
    if (digits !== undefined) return Number(digits)
    if (word !== undefined) return word === 'None' ? null : word === 'True'
    return (single ?? double)!.replaceAll(/\\(.)/gs, '$1')
  }

  #next(): RegExpExecArray | undefined {
    TOKEN.lastIndex = this.#at
    const match = TOKEN.exec(this.#text)
    if (match !== null) this.#at = TOKEN.lastIndex
    return match ?? undefined
  }

  #take(mark: string): boolean {
    const before = this.#at
    if (this.#next()?.[1] === mark) return true
    this.#at = before
    return false
  }

  #sequence(close: string, depth: number): PythonLiteral[] | undefined {
    const items: PythonLiteral[] = []
    while (!this.#take(close)) {
      const item = this.value(depth + 1)
      if (item === undefined) return undefined
      items.push(item)
      if (!this.#take(',')) return this.#take(close) ? items : undefined
    }
    return items
  }

  #dict(depth: number): Map<PythonLiteral, PythonLiteral> | undefined {
    const items = new Map<PythonLiteral, PythonLiteral>()
    while (!this.#take('}')) {
      const key = this.value(depth + 1)
      const value = key !== undefined && this.#take(':') ? this.value(depth + 1) : undefined
      if (key === undefined || value === undefined || items.has(key)) return undefined
      items.set(key, value)
      if (!this.#take(',')) return this.#take('}') ? items : undefined
    }
    return items
  }
}
