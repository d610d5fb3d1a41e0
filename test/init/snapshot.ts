import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'

/** Reads everything below a folder that `git model init` may touch: paths, modes and bytes. */
export function snapshot(folder: string): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const file = path.join(folder, name)
    const stat = lstatSync(file)
    if (stat.isDirectory()) entries[`${name}/`] = 'folder'
    else if (stat.isSymbolicLink()) entries[name] = `-> ${readlinkSync(file)}`
    else entries[name] = `${(stat.mode & 0o777).toString(8)} ${readFileSync(file, 'latin1')}`
  }
  return entries
}
