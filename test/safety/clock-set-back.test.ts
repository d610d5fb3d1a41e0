import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { applyEvents } from '../../src/domain/apply-events.ts'
import { readJournal } from '../../src/journal/read-journal.ts'
import { FIRST } from '../domain/arbitrary-run.ts'
import { temporaryFolder } from '../support/repo.ts'

it('what a process wrote last counts, though its clock was set back before', () => {
  const record = fold({
    'log.jsonl': [
      { time: 100, start: { ...FIRST, params: {} } },
      {
        time: 5000,
        tags: { stage: 'warm' },
        params: { lr: 1 },
        notes: 'first',
        metrics: { loss: 1 },
        step: 0,
      },
      {
        time: 1000,
        tags: { stage: 'done' },
        params: { lr: 2 },
        notes: 'second',
        metrics: { loss: 2 },
        step: 1,
      },
    ],
  })
  expect(record).toMatchObject({ tags: { stage: 'done' }, params: { lr: 2 }, notes: 'second' })
  expect(record.metrics).toMatchObject({ loss: { last: 2, time: 1000 } })
})

it('what processes wrote is put in order by time, whatever times were given to values', () => {
  const record = fold({
    'log.jsonl': [
      { time: 100, start: { ...FIRST, params: {} } },
      { time: 9000, metrics: { loss: 1 }, step: 0 },
      { time: 200, tags: { stage: 'early', other: 'late' } },
    ],
    'process-7.jsonl': [
      { time: 150, tags: { other: 'early' } },
      { time: 300, tags: { stage: 'late' } },
    ],
  })
  expect(record.tags).toEqual({ stage: 'late', other: 'late' })
})

function fold(files: Readonly<Record<string, readonly object[]>>) {
  const folder = path.join(temporaryFolder(), FIRST.run)
  mkdirSync(folder)
  for (const [name, events] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), events.map((event) => `\n${JSON.stringify(event)}\n`).join(''))
  }
  return applyEvents(undefined, readJournal(FIRST.run, folder).events)!.record
}
