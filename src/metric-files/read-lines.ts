import { createReadStream } from 'node:fs'
import { fileInvalid } from './file-invalid.ts'

/** A line of a file. */
export interface Line {
  text: string
  /** From 1. */
  number: number
  /** Whether it is the last and has no newline: it may be torn. */
  isOpen: boolean
}

const LONGEST = 64 * 1024 * 1024

/** Reads a file line by line, in memory that does not grow with the file. */
export async function* readLines(file: string): AsyncGenerator<Line, void> {
  let rest = ''
  let number = 0
  for await (const chunk of createReadStream(file, {
    encoding: 'utf8',
    highWaterMark: 1 << 18,
  }) as AsyncIterable<string>) {
    const lines = (number === 0 && rest === '' ? chunk.replace(/^\uFEFF/, '') : chunk).split('\n')
    lines[0] = rest + lines[0]!
    rest = lines.pop()!
    for (const line of lines)
      yield { text: line.endsWith('\r') ? line.slice(0, -1) : line, number: ++number, isOpen: false }
    if (rest.length > LONGEST)
      throw fileInvalid(file, 'the line is too long', { line: number + 1, column: LONGEST })
  }
  if (rest !== '') yield { text: rest, number: number + 1, isOpen: true }
}
