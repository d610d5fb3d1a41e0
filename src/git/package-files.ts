import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Returns the file of this package at a path from its top, whether it runs bundled (`dist/`) or from `src/git/`. */
export function packageFile(path: string): string {
  const candidates = ['../', '../../'].map((up) => fileURLToPath(new URL(up + path, import.meta.url)))
  return candidates.find((file) => existsSync(file)) ?? candidates[0]!
}

/** Reads the body of a hook of ours, byte by byte. */
export function readHookBody(name: string): string {
  return readFileSync(packageFile(`hooks/${name}`), 'latin1')
}

/** The program that hooks start: the words of a command line. */
export function ownProgram(): string[] {
  return [process.execPath, packageFile('dist/bin.js')]
}
