import path from 'node:path'
import { rmSync } from 'node:fs'
import { mergeTables, type LiveTable } from '../columns/merge-tables.ts'
import { newTableName, readManifest, tablePath, writeManifest, type Manifest } from '../columns/manifest.ts'
import { CorruptIndex, openTable } from '../columns/open-table.ts'
import { writeTable } from '../columns/write-table.ts'
import type { Oid } from '../domain/run.ts'
import { ifFree } from '../git/lock.ts'
import { RUNS_NOTES } from '../git/refs.ts'
import { changedSources, decodeSources, listSources, type NoteSource } from './note-sources.ts'
import type { Store } from './store.ts'
import { liveRuns } from './live-runs.ts'
import { findRuns } from './find-rows.ts'
import { RunRows } from './run-rows.ts'
import { RunTable } from './run-table.ts'

/** A table, and its file where it has one. */
interface IndexedTable extends LiveTable {
  file?: string
  close?: () => void
}

/** So many rows are collected in memory before they become a table. */
const ROWS_AT_ONCE = 16_384
/** A table of fewer rows is joined with what comes after it. */
const SMALL = 256

/**
 * Asks something of all runs, through the index in `<common git directory>/model/index`.
 *
 * The index is derived from the notes and speaks of one notes commit: it is brought up to date first, by what differs
 * between that commit and the present one. Without it, with a damaged one, or where it cannot be written, the answer
 * is the same and takes longer. The table is closed when the answer is there; what is asked meanwhile shares it.
 */
export async function askRuns<T>(store: Store, question: (runs: RunTable) => Promise<T> | T): Promise<T> {
  try {
    return await ask(store, question, true)
  } catch (error) {
    if (!(error instanceof CorruptIndex)) throw error
    return ask(store, question, false)
  }
}

async function ask<T>(
  store: Store,
  question: (runs: RunTable) => Promise<T> | T,
  trusts: boolean,
): Promise<T> {
  const shared = trusts ? (open.get(store) ?? share(store)) : new SharedTable(store, false)
  shared.users += 1
  try {
    return await question(await shared.table)
  } finally {
    shared.users -= 1
    if (shared.users === 0) {
      if (open.get(store) === shared) open.delete(store)
      shared.close()
    }
  }
}

// Questions that are asked while another one is answered have the same table.
const open = new WeakMap<Store, SharedTable>()

function share(store: Store): SharedTable {
  const shared = new SharedTable(store, true)
  open.set(store, shared)
  return shared
}

/** A table of all runs, and how many ask it. */
class SharedTable {
  readonly table: Promise<RunTable>
  users = 0
  #opened: OpenedIndex | undefined

  constructor(store: Store, trusts: boolean) {
    this.table = this.#open(store, trusts)
  }

  close(): void {
    for (const { close } of this.#opened?.tables ?? []) close?.()
  }

  async #open(store: Store, trusts: boolean): Promise<RunTable> {
    const tip = store.tips.get(RUNS_NOTES)
    if (tip === undefined) return new RunTable(store, [], liveRuns(store))
    const folder = path.join(store.repo.commonDir, 'model', 'index')
    const opened = trusts ? openIndex(folder) : { manifest: readManifest(folder), tables: undefined }
    this.#opened = opened
    return new RunTable(store, await bringUpToDate(store, folder, tip, opened), liveRuns(store))
  }
}

interface OpenedIndex {
  manifest: Manifest | undefined
  /** Undefined where they cannot be read. */
  tables: IndexedTable[] | undefined
}

// Another process may put new tables in the place of those that the manifest named.
function openIndex(folder: string): OpenedIndex {
  let manifest = readManifest(folder)
  for (;;) {
    const tables = manifest && openTables(folder, manifest)
    const newest = tables === undefined ? readManifest(folder) : manifest
    if (newest?.id === manifest?.id) return { manifest, tables }
    manifest = newest
  }
}

function openTables(folder: string, manifest: Manifest): IndexedTable[] | undefined {
  const opened: IndexedTable[] = []
  try {
    for (const { file, dead } of manifest.tables) {
      const table = openTable(tablePath(folder, file))
      opened.push({ file, dead: new Set(dead), table, close: () => table.close() })
    }
    return opened
  } catch {
    for (const { close } of opened) close?.()
    return undefined
  }
}

async function bringUpToDate(
  store: Store,
  folder: string,
  tip: Oid,
  { manifest, tables }: OpenedIndex,
): Promise<IndexedTable[]> {
  if (tables !== undefined && manifest?.tip === tip) return tables
  const updated = tables && (await update(store, tables, manifest!.tip, tip))
  const next = updated ?? (await build(store, tip))
  write(store, folder, manifest?.id, tip, next)
  return next
}

async function build(store: Store, tip: Oid): Promise<IndexedTable[]> {
  return join(await tablesOf(store, await listSources(store.repo, tip)))
}

/** Returns undefined where the notes commit of the index is not here any more. */
async function update(
  store: Store,
  tables: readonly IndexedTable[],
  from: Oid,
  tip: Oid,
): Promise<IndexedTable[] | undefined> {
  const sources = await differences(store, from, tip, tables)
  if (sources === undefined) return undefined
  const gone = findRuns(
    tables,
    sources.map(({ run }) => run),
  )
  const kept = tables.map((table, at) => {
    const dead = gone.filter((place) => place.table === at).map((place) => place.row)
    return dead.length === 0 ? table : { ...table, dead: new Set([...table.dead, ...dead]) }
  })
  return join([...kept, ...(await tablesOf(store, sources))])
}

async function differences(
  store: Store,
  from: Oid,
  tip: Oid,
  tables: readonly IndexedTable[],
): Promise<NoteSource[] | undefined> {
  try {
    return await changedSources(store.repo, from, tip, (runs) => {
      return new Map(findRuns(tables, runs).map(({ run, places }) => [run, places]))
    })
  } catch (error) {
    if (error instanceof CorruptIndex) throw error
    return undefined
  }
}

async function tablesOf(store: Store, sources: readonly NoteSource[]): Promise<IndexedTable[]> {
  const tables: IndexedTable[] = []
  let rows = new RunRows()
  await decodeSources(store.repo, sources, (source, decoded) => {
    rows.add(source, decoded)
    if (rows.rows < ROWS_AT_ONCE) return
    tables.push({ table: rows.build(), dead: new Set() })
    rows = new RunRows()
  })
  return rows.rows === 0 ? tables : [...tables, { table: rows.build(), dead: new Set() }]
}

// Tables grow by the half at least from one to the one before, so that there are few of them and each row is
// written only a few times, however many updates there were. Where much is dead, all become one.
function join(tables: readonly IndexedTable[]): IndexedTable[] {
  const living = tables.filter(({ table, dead }) => table.rows > dead.size)
  const rows = living.reduce((sum, { table }) => sum + table.rows, 0)
  const dead = living.reduce((sum, part) => sum + part.dead.size, 0)
  let at = dead > Math.max(SMALL, rows / 4) ? 0 : living.length - 1
  let size = living.slice(Math.max(0, at)).reduce((sum, part) => sum + part.table.rows, 0)
  while (at > 0 && (living[at - 1]!.table.rows < 2 * size || living[at - 1]!.table.rows < SMALL)) {
    at -= 1
    size += living[at]!.table.rows
  }
  const last = living.slice(at)
  return last.length < 2 ? living : [...living.slice(0, at), { table: mergeTables(last), dead: new Set() }]
}

// Whoever does not get the lock, or cannot write, has its answer all the same.
function write(
  store: Store,
  folder: string,
  before: string | undefined,
  tip: Oid,
  tables: readonly IndexedTable[],
): void {
  ifFree(store.repo.commonDir, 'index', () => {
    if (readManifest(folder)?.id !== before) return
    const written: string[] = []
    try {
      const named = tables.map(({ file, table, dead }) => {
        const name = file ?? newTableName(folder)
        if (file === undefined) {
          written.push(name)
          writeTable(tablePath(folder, name), table)
        }
        return { file: name, rows: table.rows, dead: [...dead] }
      })
      writeManifest(folder, { tip, tables: named })
    } catch {
      for (const name of written) rmSync(tablePath(folder, name), { force: true })
    }
  })
}
