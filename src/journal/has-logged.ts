import { closeSync, openSync, readSync } from 'node:fs'
import path from 'node:path'
import { parseEvent } from './read-journal.ts'

const FIRST = 2 ** 16

/**
 * Tells whether a metric was logged to a journal among what was logged first. What comes later is not looked at: each of many
 * thousand calls would read what all before it wrote.
 *
 * @param folder - the run's journal folder.
 */
export function hasLogged(folder: string, metric: string): boolean {
  const lines = readFirst(path.join(folder, 'log.jsonl')).split('\n')
  return lines.some((line) => Object.hasOwn(parseEvent(Buffer.from(line))?.metrics ?? {}, metric))
}

function readFirst(file: string): string {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const bytes = Buffer.alloc(FIRST)
      return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, FIRST, 0))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return ''
  }
}
