import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { foldedRoot } from './journal-folder.ts'
import { readJournal, type Journal } from './read-journal.ts'

const GRACE = 3_600_000

/**
 * Moves a folded journal aside. It is kept for an hour, because a process may still hold one of its files
 * open and write to it: `lateJournals` finds what came after.
 */
export function retireJournal(commonDir: string, journal: Journal): void {
  const root = foldedRoot(commonDir)
  const target = path.join(root, `${journal.run}-${randomBytes(4).toString('hex')}`)
  mkdirSync(root, { recursive: true })
  try {
    renameSync(journal.folder, target)
    writeFileSync(path.join(target, 'folded.json'), JSON.stringify(journal.sizes))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Returns retired journals that grew after they were folded, and deletes those that had their hour. */
export function lateJournals(commonDir: string, now: number): Journal[] {
  const root = foldedRoot(commonDir)
  return readNames(root).flatMap((name) => {
    const folder = path.join(root, name)
    const journal = readJournal(name.split('-')[0]!, folder)
    if (grew(journal)) return [journal]
    if (now - newest(folder) > GRACE) rmSync(folder, { recursive: true, force: true })
    return []
  })
}

/** Notes that a retired journal's later lines are folded too. */
export function settleLateJournal(journal: Journal): void {
  writeFileSync(path.join(journal.folder, 'folded.json'), JSON.stringify(journal.sizes))
}

function grew(journal: Journal): boolean {
  try {
    const folded = JSON.parse(readFileSync(path.join(journal.folder, 'folded.json'), 'utf8')) as Record<
      string,
      number
    >
    return Object.entries(journal.sizes).some(([name, size]) => size > (folded[name] ?? 0))
  } catch {
    return Object.keys(journal.sizes).length > 0
  }
}

function newest(folder: string): number {
  return Math.max(0, ...readNames(folder).map((name) => statSync(path.join(folder, name)).mtimeMs))
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
