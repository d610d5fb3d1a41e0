import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { NOTES, REMOTES } from './refs.ts'

/**
 * Returns a text that changes when one of our refs moves, without starting git: the times, sizes and inodes of the
 * files that hold refs, loose and packed ones or a reftable. It may change when nothing moved, never the other way.
 */
export function refsStamp(commonDir: string): string {
  const files = [
    ...['packed-refs', 'reftable/tables.list'].map((name) => path.join(commonDir, name)),
    ...listFiles(path.join(commonDir, NOTES)),
    ...listFiles(path.join(commonDir, REMOTES)),
  ]
  return files.map(stampOf).join(' ')
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true })
  return stat === undefined ? '-' : `${stat.mtimeNs}.${stat.size}.${stat.ino}`
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(folder, entry.name)
      return entry.isDirectory() ? listFiles(file) : [file]
    })
  } catch {
    return []
  }
}
