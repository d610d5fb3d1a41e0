import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Oid } from '../domain/run.ts'
import { foldedRoot } from './journal-folder.ts'
import { readJournal, type Journal } from './read-journal.ts'

const GRACE = 3_600_000
/** Where the sizes stand that are too many for a name. */
const SIZES = 'folded.json'
/** No file system takes a longer name than 255 bytes. */
const LONGEST_NAME = 200

/**
 * Moves a folded journal aside. It is kept for an hour, because a process may still hold one of its files
 * open and write to it: `lateJournals` finds what came after.
 */
export function retireJournal(commonDir: string, journal: Journal): void {
  moveAside(foldedRoot(commonDir), journal)
}

/**
 * Returns retired journals that grew after they were folded, with what came since, and deletes those that had their
 * hour. One that cannot be read stays.
 */
export function lateJournals(commonDir: string, now: number): Journal[] {
  const root = foldedRoot(commonDir)
  return readNames(root).flatMap((name) => {
    const folder = path.join(root, name)
    const { run, time, sizes } = retiredFrom(folder, name)
    if (grew(folder, sizes)) {
      const journal = readJournal(run, folder, sizes)
      if (journal.unread !== undefined) return []
      if (hasMore(journal, sizes)) return [journal]
    }
    if (now - time > GRACE) rmSync(folder, { recursive: true, force: true })
    return []
  })
}

/** Notes that a retired journal's later lines are folded too. */
export function settleLateJournal(journal: Journal): void {
  moveAside(path.dirname(journal.folder), journal)
}

/** A journal that was moved aside: when, and how much of its files was folded. */
interface Retired {
  run: Oid
  time: number
  sizes: Readonly<Record<string, number>>
}

// One rename says it all, and later one look at each file tells whether it grew: a sweep leaves a thousand of them.
function moveAside(root: string, { run, folder, sizes }: Journal): void {
  const plain = `${run}-${randomName(4)}-${Date.now().toString(36)}`
  const named = `${plain}-${formatSizes(sizes)}`
  const isShort = named.length <= LONGEST_NAME
  const target = path.join(root, isShort ? named : plain)
  mkdirSync(root, { recursive: true })
  try {
    // Where a crash comes before the sizes are there, all counts as late: folding twice changes nothing.
    renameSync(folder, target)
    if (!isShort) writeFileSync(path.join(target, SIZES), JSON.stringify(sizes))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function retiredFrom(folder: string, name: string): Retired {
  const [run = '', , time = '', ...sizes] = name.split('-')
  const known = sizes.length > 0 ? parseSizes(sizes.join('-')) : readSizes(folder)
  return { run, time: Number.parseInt(time, 36) || modified(folder), sizes: known }
}

// "log.1k+process-4242.rr": names without their ending, and sizes in base 36.
function formatSizes(sizes: Readonly<Record<string, number>>): string {
  return Object.entries(sizes)
    .map(([file, size]) => `${file.replace(/\.jsonl$/, '')}.${size.toString(36)}`)
    .join('+')
}

function parseSizes(text: string): Record<string, number> {
  const entries = text.split('+').map((entry) => entry.split('.'))
  return Object.fromEntries(
    entries.map(([stem, size]) => [`${stem}.jsonl`, Number.parseInt(size ?? '', 36) || 0]),
  )
}

function readSizes(folder: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(path.join(folder, SIZES), 'utf8')) as Record<string, number>
  } catch {
    return Object.fromEntries(readNames(folder).map((file) => [file, 0]))
  }
}

function grew(folder: string, sizes: Readonly<Record<string, number>>): boolean {
  return Object.entries(sizes).some(([file, size]) => sizeOf(path.join(folder, file)) > size)
}

function hasMore(journal: Journal, sizes: Readonly<Record<string, number>>): boolean {
  return Object.entries(journal.sizes).some(([file, size]) => size > (sizes[file] ?? 0))
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function modified(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
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
