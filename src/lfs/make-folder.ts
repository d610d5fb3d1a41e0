import { chmodSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

/** Makes a folder and those above it. Where a group may write above them, as in a shared repository, it may in them. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true })
  if (first === undefined) return
  const open = statSync(path.dirname(first)).mode & 0o2077
  if ((open & 0o020) === 0) return
  for (let made = folder; made.length >= first.length; made = path.dirname(made))
    chmodSync(made, (statSync(made).mode & 0o7777) | open)
}
