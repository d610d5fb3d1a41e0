import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileStamp } from './file-stamp.ts'

/** Files as they stood before a command ran, by path: what it wrote is told by comparing. */
export type FileStamps = ReadonlyMap<string, string | undefined>

const MAGIC = /[*?[\]{}()!+@]/

/** Looks at the files that patterns name, as {@link expand} finds them; none is read. */
export async function stampFiles(cwd: string, patterns: readonly string[]): Promise<FileStamps> {
  const files = await Promise.all(patterns.map((pattern) => filesOf(cwd, pattern)))
  return new Map(files.flat().map((file) => [file, fileStamp(file)]))
}

/** Tells whether a file is not what it was. */
export function isWritten(file: string, before: FileStamps): boolean {
  const now = fileStamp(file)
  // Of one that was found and cannot be looked at nobody knows.
  return now === undefined || now !== before.get(file)
}

// Most patterns are a file, for which globs need not be loaded; what is not there was not there.
async function filesOf(cwd: string, pattern: string): Promise<string[]> {
  const literal = path.resolve(cwd, pattern)
  if (existsSync(literal) && statSync(literal).isFile()) return [literal]
  if (!existsSync(literal) && !MAGIC.test(pattern)) return []
  const { expand } = await import('./collect-outputs.ts')
  return expand(cwd, pattern, 'output-missing').catch(() => [])
}
