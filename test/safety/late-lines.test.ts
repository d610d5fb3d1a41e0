import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { JournalWriter } from '../../src/journal/journal-writer.ts'
import { lateJournals, retireJournal, settleLateJournal } from '../../src/journal/retire-journal.ts'
import { readJournal } from '../../src/journal/read-journal.ts'
import { gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

const RUN = 'a'.repeat(40)
const HOUR = 3_600_000
const line = (at: number): string => `\n${JSON.stringify({ time: at, metrics: { loss: at } })}\n`

describe('a journal that was folded', () => {
  it.each([
    ['of one file', 1],
    ['of more files than a name has room for', 40],
  ])('and that a process still writes to is found once, with what came since: %s', (_, files) => {
    const { root, folder, names } = journalOf(files)
    retireJournal(root, readJournal(RUN, folder))
    expect(existsSync(folder)).toBe(false)
    expect(lateJournals(root, Date.now())).toEqual([])
    const [last] = names.slice(-1)
    appendFileSync(path.join(retired(root), last!), line(7))
    const [late, ...others] = lateJournals(root, Date.now())
    expect(others).toEqual([])
    expect(late).toMatchObject({ run: RUN, events: [{ time: 7, metrics: { loss: 7 } }] })
    settleLateJournal(late!)
    expect(lateJournals(root, Date.now())).toEqual([])
    // A line that is not whole yet is waited for.
    appendFileSync(path.join(retired(root), last!), '{"time":8')
    expect(lateJournals(root, Date.now())).toEqual([])
    appendFileSync(path.join(retired(root), last!), '}\n')
    expect(lateJournals(root, Date.now())).toMatchObject([{ events: [{ time: 8 }] }])
  })

  it('stays for an hour, whatever the times of its files are', () => {
    const { root, folder, names } = journalOf(1)
    utimesSync(path.join(folder, names[0]!), new Date(0), new Date(0))
    retireJournal(root, readJournal(RUN, folder))
    expect(lateJournals(root, Date.now() + HOUR - 60_000)).toEqual([])
    expect(existsSync(retired(root))).toBe(true)
    expect(lateJournals(root, Date.now() + HOUR + 60_000)).toEqual([])
    expect(readdirSync(path.join(root, 'model/folded-journals'))).toEqual([])
  })

  it('and that had its hour gives way to another, where its process still writes', () => {
    const { root, folder } = journalOf(1)
    let now = 0
    const writer = new JournalWriter(
      folder,
      () => false,
      () => now,
    )
    writer.append({ time: 2, metrics: { loss: 2 } })
    retireJournal(root, readJournal(RUN, folder))
    expect(lateJournals(root, Date.now() + HOUR + 60_000)).toEqual([])
    expect(existsSync(folder)).toBe(false)
    now += HOUR
    writer.append({ time: 3, metrics: { loss: 3 } })
    writer.append({ time: 4, metrics: { loss: 4 } })
    writer.close()
    expect(readJournal(RUN, folder).events).toMatchObject([{ time: 3 }, { time: 4 }])
  })

  it('counts as late as a whole where nothing tells how much of it was folded', () => {
    const { root, folder } = journalOf(1)
    mkdirSync(path.join(root, 'model/folded-journals'), { recursive: true })
    renameSync(folder, path.join(root, 'model/folded-journals', `${RUN}-01020304`))
    expect(lateJournals(root, Date.now())).toMatchObject([{ run: RUN, events: [{ time: 1 }] }])
  })

  it('and that a process still held open gives its run what was logged since', async () => {
    const repo = await gitdir()
    await repo.model('run', '--name', 'one', '--', 'git', 'model', 'log', 'loss=1')
    const [name] = readdirSync(repo.path('.git/model/folded-journals'))
    appendFileSync(
      repo.path(`.git/model/folded-journals/${name}/log.jsonl`),
      `\n${JSON.stringify({ time: Date.now(), metrics: { late: 7 }, step: 0 })}\n`,
    )
    expect(await valueOf(repo, 'late')).toBe('7')
    expect(await valueOf(repo, 'loss')).toBe('1')
  })
})

async function valueOf(repo: TestRepo, metric: string): Promise<string | undefined> {
  const { stdout } = await repo.model('runs', '--columns', `metrics.${metric}`, '--format', 'csv')
  return stdout.split('\n')[1]?.trim()
}

function retired(root: string): string {
  const folder = path.join(root, 'model/folded-journals')
  return path.join(folder, readdirSync(folder)[0]!)
}

function journalOf(files: number): { root: string; folder: string; names: string[] } {
  const root = temporaryFolder()
  const folder = path.join(root, 'model/journal', RUN)
  mkdirSync(folder, { recursive: true })
  const names = ['log.jsonl', ...Array.from({ length: files - 1 }, (_, at) => `process-${1000 + at}.jsonl`)]
  for (const name of names) writeFileSync(path.join(folder, name), line(1))
  return { root, folder, names }
}
