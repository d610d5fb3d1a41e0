import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const folder = path.join(import.meta.dirname, 'fixtures')

/** Returns where a file that a real library wrote stands; `fixtures/make-fixtures.py` says how it came to be. */
export function fixturePath(name: string): string {
  return path.join(folder, name)
}

/** Returns the content of such a file. */
export function fixture(name: string): Buffer {
  return readFileSync(fixturePath(name))
}

/** Lists such files, below a folder of theirs. */
export function fixtureNames(below = ''): string[] {
  return readdirSync(path.join(folder, below), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:py|txt)$/.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
}
