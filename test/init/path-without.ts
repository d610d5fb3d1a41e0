import { existsSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../support/repo.ts'

const NEEDED = ['git', 'sh', 'env', 'node', 'sed', 'awk', 'grep', 'cat', 'uname', 'basename', 'dirname']

/** Makes a PATH on which a program is missing: links to the others that are needed. */
export function pathWithout(missing: string): string {
  const folder = temporaryFolder()
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  for (const name of NEEDED.filter((program) => program !== missing)) {
    const found = folders.map((part) => path.join(part, name)).find((file) => existsSync(file))
    if (found !== undefined) symlinkSync(found, path.join(folder, name))
  }
  return folder
}
