import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { greatest } from '../domain/greatest.ts'
import { foldedRoot } from './journal-folder.ts'
import { readJournal, type Journal } from './read-journal.ts'

const GRACE = 3_600_000

/**
 * Moves a folded journal aside. It is kept for an hour, because a process may still hold one of its files
 * open and write to it: `lateJournals` finds what came after.
 */
export function retireJournal(commonDir: string, journal: Journal): void {
  const root = foldedRoot(commonDir)
  const target = path.join(root, `${journal.run}-${randomName(4)}`)
  mkdirSync(root, { recursive: true })
  try {
    renameSync(journal.folder, target)
    writeFileSync(path.join(target, 'folded.json'), JSON.stringify(journal.sizes))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/**
 * Returns retired journals that grew after they were folded, with what came since, and deletes those that had their
 * hour.
 */
export function lateJournals(commonDir: string, now: number): Journal[] {
  const root = foldedRoot(commonDir)
  return readNames(root).flatMap((name) => {
    const folder = path.join(root, name)
    const folded = foldedSizes(folder)
    const journal = grew(folder, folded) ? readJournal(name.split('-')[0]!, folder, folded) : undefined
    const sizes = Object.entries(journal?.sizes ?? {})
    if (journal !== undefined && sizes.some(([file, size]) => size > (folded[file] ?? 0))) return [journal]
    if (now - newest(folder) > GRACE) rmSync(folder, { recursive: true, force: true })
    return []
  })
}

/** Notes that a retired journal's later lines are folded too. */
export function settleLateJournal(journal: Journal): void {
  writeFileSync(path.join(journal.folder, 'folded.json'), JSON.stringify(journal.sizes))
}

// Where a crash came before the sizes were written, all of it counts as late: folding twice changes nothing.
function foldedSizes(folder: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'folded.json'), 'utf8')) as Record<string, number>
  } catch {
    return {}
  }
}

// Most never grow: a look at the sizes spares reading them.
function grew(folder: string, folded: Readonly<Record<string, number>>): boolean {
  return readNames(folder).some((name) => {
    if (!name.endsWith('.jsonl')) return false
    return (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0) > (folded[name] ?? 0)
  })
}

function newest(folder: string): number {
  return greatest(
    readNames(folder).map((name) => statSync(path.join(folder, name)).mtimeMs),
    0,
  )
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

// Loaded when it is needed: most commands only read.
function randomName(bytes: number): string {
  return process.getBuiltinModule('node:crypto').randomBytes(bytes).toString('hex')
}
