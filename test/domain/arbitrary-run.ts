import fc from 'fast-check'
import { editRegisters, mergeRuns } from '../../src/domain/merge-runs.ts'
import { toStored } from '../../src/domain/number.ts'
import type { RunRecord } from '../../src/domain/run.ts'
import { toColumns, type Series } from '../../src/domain/series.ts'

const RUN = 'a'.repeat(40)

/** The record with which every history of the properties begins. */
export const FIRST: RunRecord = {
  schema: 'run/v1',
  run: RUN,
  name: 'first',
  kind: 'training',
  status: 'finished',
  started: '2026-01-01T00:00:00.000Z',
  code: { commit: 'b'.repeat(40), tree: 'c'.repeat(40), dirty: false },
  params: { lr: 0.1 },
  revision: 1,
}

/** The same as a copy of its clone has it, where it was found dead before it had ended. */
export const FOUND_DEAD: RunRecord = {
  ...FIRST,
  status: 'killed',
  finished: '2026-01-01T00:00:01.000Z',
  edits: { finished: 0, status: 0 },
}

/** Keys, some of which are the names that objects have of their own. */
export const key: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'val/acc', '__proto__', 'constructor', 'é')

const scalar = fc.oneof(fc.string({ maxLength: 4 }), fc.integer({ min: 0, max: 3 }), fc.boolean())

/** One edit of a record, as a command would make it. */
export const edit: fc.Arbitrary<(record: RunRecord) => RunRecord> = fc.oneof(
  fc.tuple(fc.constantFrom('params', 'tags'), key, fc.option(scalar)).map(
    ([group, name, value]) =>
      (record: RunRecord) =>
        editRegisters(record, (registers) => {
          if (value === null) registers.delete(`${group}/${name}`)
          else registers.set(`${group}/${name}`, value)
        }),
  ),
  fc.tuple(key, fc.boolean()).map(
    ([path, isRemoved]) =>
      (record: RunRecord) =>
        editRegisters(record, (registers) => {
          if (isRemoved) registers.set(`removed/${path}`, true)
          else registers.delete(`removed/${path}`)
        }),
  ),
  fc
    .string({ maxLength: 4 })
    .map(
      (notes) => (record: RunRecord) => editRegisters(record, (registers) => registers.set('notes', notes)),
    ),
  fc.constantFrom('d', 'e', 'f').map((digit) => (record: RunRecord) => {
    const links = [...new Set([...(record.links ?? []), digit.repeat(40)])].sort()
    return { ...record, links, revision: record.revision + 1 }
  }),
)

/** A history of several clones: every state that some clone ever held. */
export const states: fc.Arbitrary<RunRecord[]> = fc
  .array(fc.tuple(fc.nat(), fc.option(fc.nat()), edit), { minLength: 2, maxLength: 12 })
  .map((steps) => {
    const seen: RunRecord[] = [FIRST, FOUND_DEAD]
    for (const [at, other, change] of steps) {
      const from = seen[at % seen.length]!
      const joined = other === null ? from : mergeRuns(from, seen[other % seen.length]!)
      seen.push(change(joined))
    }
    return seen
  })

const point = fc.record({
  step: fc.integer({ min: 0, max: 3 }),
  time: fc.integer({ min: 0, max: 2 }),
  value: fc.constantFrom(0, -0, 1, 0.5, Number.NaN, Infinity, -Infinity).map(toStored),
})

/** A step history with repeated steps, NaN and infinities. */
export const series: fc.Arbitrary<Series> = fc
  .dictionary(key, fc.array(point, { maxLength: 5 }).map(toColumns), { maxKeys: 3 })
  .map((metrics) => ({ schema: 'series/v1', run: RUN, metrics }))
