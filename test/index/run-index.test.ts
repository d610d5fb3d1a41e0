import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeRun } from '../../src/domain/encode-run.ts'
import { isModelError } from '../../src/domain/errors.ts'
import { parseFilter } from '../../src/domain/filter-parse.ts'
import { parseSort } from '../../src/domain/sort-key.ts'
import { selectRuns } from '../../src/features/select-runs.ts'
import type { World } from '../../src/domain/world.ts'
import { listRuns } from '../../src/features/list-runs.ts'
import { runsOfCommit } from '../../src/features/link-runs.ts'
import { appendEvent } from '../../src/journal/append-event.ts'
import { journalFolder } from '../../src/journal/journal-folder.ts'
import { identifyProcess } from '../../src/journal/process-identity.ts'
import { RUNS_NOTES, trackingRef } from '../../src/git/refs.ts'
import { openStore } from '../../src/store/open-store.ts'
import { askRuns } from '../../src/store/run-index.ts'
import { findProducers, findRun } from '../../src/store/runs.ts'
import { gitdir, type TestRepo } from '../support/repo.ts'
import { aRecord } from '../formats/arbitraries.ts'
import { commitNotes, history, runId, type NoteEdit } from './notes-history.ts'
import { linkEvery, listEvery, readEvery } from './without-index.ts'

const FILTERS = [
  '',
  "params.lr = '1'",
  'params.lr > 1',
  "params.long != 'x'",
  "params.long LIKE 'x%'",
  'tags.t7 = 7',
  "name IN ('one', 'two') AND metrics.`val/acc` < 5",
  "metrics.a >= 0 AND status != 'failed'",
  "datasets.name LIKE '%'",
  "commit = '1b7e1b7e' AND tree LIKE '77ab%'",
  "parent LIKE 'aaaaaa%'",
  "notes ILIKE '%A%'",
  'duration > 0',
  "dirty = 'true'",
  "run_id LIKE 'aaaa%'",
]
const SORTS = [
  undefined,
  'metrics.val/acc',
  '-params.lr, name',
  'params.long DESC',
  'tags.t3, duration',
  'end_time',
  'commit, exit',
  'parent',
]

function worldOf(repo: TestRepo): World {
  return { cwd: repo.dir, env: process.env, now: Date.now }
}

/** Asks everything that there is to ask, with the index and without. */
async function compareAnswers(repo: TestRepo): Promise<void> {
  const world = worldOf(repo)
  const store = await openStore(world)
  const every = await readEvery(store)
  const present = every.records.filter(({ deleted }) => deleted !== true)
  const all = await listRuns(world, { deleted: true })
  expect(new Map(all.runs.map(({ record }) => [record.run, record]))).toEqual(
    new Map(every.records.map((record) => [record.run, record])),
  )
  expect(
    new Map(all.runs.flatMap(({ record, problems }) => (problems ? [[record.run, problems]] : []))),
  ).toEqual(every.problems)
  expect(new Map(all.unreadable.map(({ run, problems }) => [run, problems]))).toEqual(every.unreadable)
  expect(all.known).toBe(present.length)
  await askRuns(store, async (runs) => {
    for (const filter of FILTERS) {
      for (const sort of SORTS) {
        const wanted = listEvery(every, filter, sort)
        const selection = {
          filter: parseFilter(filter),
          keys: sort === undefined ? [] : parseSort(sort),
          limit: 3,
        }
        const { rows, total } = await selectRuns(runs, selection, {})
        expect([filter, sort, rows.map((row) => runs.id(row)), total]).toEqual([
          filter,
          sort,
          wanted.slice(0, 3),
          wanted.length,
        ])
      }
    }
  })
  for (const name of [
    'one',
    'two',
    'aaaa',
    'bbbbbb0',
    runId(1),
    runId(2).slice(0, 8),
    runId(3).slice(0, 9),
  ]) {
    const isId = /^[0-9a-f]{4,}$/.test(name)
    const byId = isId
      ? every.records.filter(
          ({ run, deleted }) => run.startsWith(name) && (deleted !== true || name.length === 40),
        )
      : []
    const wanted = byId.length > 0 ? byId : present.filter((record) => record.name === name)
    const found = await findRun(store, name).catch((error: unknown) => error)
    if (wanted.length === 1) expect(found).toMatchObject({ record: wanted[0] })
    else {
      // Whose note cannot be read is not unknown, where the digits mean it alone.
      const damaged = isId ? [...every.unreadable.keys()].filter((run) => run.startsWith(name)) : []
      const missing = damaged.length === 1 ? /^note-(?:invalid|newer)$/ : /^run-unknown$/
      expect(isModelError(found) && found.code).toMatch(
        wanted.length === 0 ? missing : /^revision-ambiguous$/,
      )
    }
  }
  const names = every.records.flatMap(({ outputs }) => outputs?.files ?? []).map(({ oid }) => oid)
  const producers = await findProducers(store, names)
  expect(producers.map(({ record }) => record.run).sort()).toEqual(
    every.records
      .filter(({ outputs }) => (outputs?.files.length ?? 0) > 0)
      .map(({ run }) => run)
      .sort(),
  )
  const [commit, tree] = (await repo.git('rev-parse', 'HEAD', 'HEAD^{tree}')).split('\n') as [string, string]
  const linked = await runsOfCommit(store, commit)
  expect(linked.map(({ run, rule }) => [run.record.run, rule])).toEqual(linkEvery(every, commit, tree))
}

function indexFiles(repo: TestRepo): string[] {
  const folder = repo.path('.git/model/index')
  return readdirSync(folder).map((name) => path.join(folder, name))
}

describe('the index of runs', () => {
  it('answers as the notes do, whatever became of them', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (commits) => {
        const repo = await gitdir()
        for (const edits of commits) {
          await commitNotes(repo, edits)
          await compareAnswers(repo)
        }
        const hasNotes = (await repo.git('notes', `--ref=${RUNS_NOTES}`, 'list')) !== ''
        if (hasNotes) expect(indexFiles(repo).length).toBeGreaterThan(1)
      }),
      { numRuns: Number(process.env['INDEX_RUNS'] ?? 5) },
    )
  })

  it('answers as the notes and journals do, whatever teammates bring and while runs go on', async () => {
    const folded = trackingRef('origin', RUNS_NOTES)
    await fc.assert(
      fc.asyncProperty(
        history,
        history,
        fc.array(fc.nat(20), { maxLength: 4 }),
        async (ours, theirs, live) => {
          const repo = await gitdir()
          await repo.commit({ 'train.py': '1' })
          for (const [index, number] of live.entries()) {
            await begin(repo, number, index)
            await commitNotes(repo, ours[index] ?? [])
            await commitNotes(repo, theirs[index] ?? [], folded)
            await compareAnswers(repo)
          }
          for (const edits of theirs) await commitNotes(repo, edits, folded)
          await compareAnswers(repo)
        },
      ),
      { numRuns: Number(process.env['INDEX_RUNS'] ?? 4) },
    )
  })

  describe('that is not as it was written', () => {
    const note = (number: number): NoteEdit => {
      const run = runId(number)
      return [`${run.slice(0, 2)}/${run.slice(2)}`, encodeRun(aRecord({ run, name: `n${number}` }))]
    }
    const damages: [string, (files: string[]) => void][] = [
      ['gone', (files) => files.forEach((file) => rmSync(file))],
      ['without its tables', (files) => files.filter(isTable).forEach((file) => rmSync(file))],
      ['without its manifest', (files) => rmSync(files.find((file) => !isTable(file))!)],
      ['truncated', (files) => files.forEach((file) => truncateSync(file, statSync(file).size >> 1))],
      ['empty', (files) => files.forEach((file) => truncateSync(file, 0))],
      ['garbage', (files) => files.forEach((file) => writeFileSync(file, randomBytes(3000)))],
      ['changed near the end', (files) => files.filter(isTable).forEach((file) => changeByte(file, -16))],
      ['changed at the start', (files) => files.forEach((file) => changeByte(file, 6))],
      ['of another format', (files) => changeFormat(files.find((file) => !isTable(file))!)],
    ]
    it.each(damages)('%s: is built anew', async (_, damage) => {
      const repo = await gitdir()
      await commitNotes(repo, [note(0), note(1)])
      await compareAnswers(repo)
      damage(indexFiles(repo))
      await compareAnswers(repo)
      await commitNotes(repo, [note(2), [note(0)[0], null]])
      damage(indexFiles(repo))
      await compareAnswers(repo)
      const before = indexFiles(repo)
      await compareAnswers(repo)
      expect(indexFiles(repo)).toEqual(before)
    })

    it('cannot be written: answers all the same', async () => {
      const repo = await gitdir()
      await commitNotes(repo, [note(0)])
      await repo.write('.git/model/index', 'in the way')
      await compareAnswers(repo)
      await commitNotes(repo, [note(1)])
      await compareAnswers(repo)
    })

    it('speaks of notes that are gone: is built anew', async () => {
      const repo = await gitdir()
      await commitNotes(repo, [note(0), note(1)])
      await compareAnswers(repo)
      await repo.git('update-ref', '-d', 'refs/notes/model/runs')
      await repo.git('reflog', 'expire', '--expire=now', '--all')
      await repo.git('gc', '--quiet', '--prune=now')
      await compareAnswers(repo)
      await commitNotes(repo, [note(3)])
      await compareAnswers(repo)
    })
  })

  it('stays small, whatever the number of updates', async () => {
    const repo = await gitdir()
    const world = worldOf(repo)
    for (let round = 0; round < 12; round++) {
      const run = runId(round % 5)
      const text = encodeRun(aRecord({ run, name: `round ${round}` }))
      await commitNotes(repo, [[`${run.slice(0, 2)}/${run.slice(2)}`, text]])
      expect((await listRuns(world)).known).toBe(Math.min(round + 1, 5))
    }
    const manifest = JSON.parse(
      readFileSync(repo.path('.git/model/index/manifest'), 'utf8').split('\n')[0]!,
    ) as { tables: unknown[] }
    expect(manifest.tables).toHaveLength(1)
    const old = new Date(Date.now() - 3_600_000)
    for (const file of indexFiles(repo)) utimesSync(file, old, old)
    await commitNotes(repo, [[`aa/${runId(0).slice(2)}`, null]])
    await listRuns(world)
    expect(indexFiles(repo)).toHaveLength(2)
  })

  it('serves several processes that write and read at once', async () => {
    const repo = await gitdir()
    const rounds = 8
    const names = (round: number): NoteEdit[] =>
      [0, 1, 2].map((each) => {
        const run = createHash('sha1').update(`${round} ${each}`).digest('hex')
        return [`${run.slice(0, 2)}/${run.slice(2)}`, encodeRun(aRecord({ run, name: `r${round}` }))]
      })
    await commitNotes(repo, names(0))
    const read = async (): Promise<number> => {
      const ran = await repo.model('runs', '--json')
      expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
      const { runs } = JSON.parse(ran.stdout) as { runs: { name: string }[] }
      // Each commit brings three runs: what was read is one of them, whole.
      expect(runs.length % 3).toBe(0)
      expect(new Set(runs.map(({ name }) => name)).size).toBe(runs.length / 3)
      return runs.length
    }
    const write = async (): Promise<void> => {
      for (let round = 1; round < rounds; round++) await commitNotes(repo, names(round))
    }
    const readers = Array.from({ length: 3 }, async () => {
      let last = 0
      for (let time = 0; time < 4; time++) {
        const found = await read()
        expect(found).toBeGreaterThanOrEqual(last)
        last = found
      }
    })
    await Promise.all([write(), ...readers])
    expect(await read()).toBe(3 * rounds)
    await compareAnswers(repo)
  })
})

// A run that goes on as long as this process does.
async function begin(repo: TestRepo, number: number, index: number): Promise<void> {
  const [commit, tree] = (await repo.git('rev-parse', 'HEAD', 'HEAD^{tree}')).split('\n') as [string, string]
  const folder = journalFolder(repo.path('.git'), runId(number))
  appendEvent(folder, {
    time: 1_790_000_000_000 + index,
    process: identifyProcess(process.pid),
    start: {
      run: runId(number),
      name: `live ${index}`,
      kind: 'training',
      started: new Date(1_790_000_000_000 + 1000 * number).toISOString(),
      code: { commit, tree, dirty: false },
      params: { lr: number },
    },
    metrics: { 'val/acc': number / 3 },
    step: 1,
  })
}

function isTable(file: string): boolean {
  return file.endsWith('.table')
}

function changeByte(file: string, at: number): void {
  const bytes = readFileSync(file)
  const place = at < 0 ? bytes.length + at : at
  bytes[place] = bytes[place]! ^ 0xff
  writeFileSync(file, bytes)
}

function changeFormat(file: string): void {
  const [text = ''] = readFileSync(file, 'utf8').split('\n')
  const other = text.replace(/"format":\d+/, '"format":999')
  writeFileSync(file, `${other}\n${crc32(other)}\n`)
}
