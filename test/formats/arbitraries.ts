import fc from 'fast-check'
import { isValidKey, type RunRecord } from '../../src/domain/run.ts'
import { toColumns, type Series } from '../../src/domain/series.ts'

/** A small valid record. */
export function aRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    schema: 'run/v1',
    run: '9f2c'.repeat(10),
    name: 'calm-otter',
    kind: 'training',
    status: 'finished',
    started: '2026-11-23T08:00:00.000Z',
    code: { commit: '1b7e'.repeat(10), tree: '77ab'.repeat(10), dirty: true },
    metrics: { 'val/acc': { last: 0.91, step: 10, min: 0.1, max: 0.92, count: 2, time: 1000 } },
    revision: 1,
    ...changes,
  }
}

const oid = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 40, maxLength: 40 }),
)
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('no', '1e5', '12:30', 'a\nb\n', '\u202E', '---', '{}'),
)
const name = fc.oneof(text, fc.constantFrom('val/acc', 'y', '__proto__', 'constructor')).filter(isValidKey)
const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const stored = fc.oneof(number, fc.constantFrom('NaN' as const, 'Infinity' as const, '-Infinity' as const))
const scalars = dictionary(fc.oneof(text, number, fc.boolean()))
const count = fc.nat()
const instant = fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
const sha256 = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `sha256:${Buffer.from(bytes).toString('hex')}`)
const time = fc.integer({ min: 0, max: 4e12 })

/** Any valid record. */
export const records: fc.Arbitrary<RunRecord> = fc.record(
  {
    schema: fc.constant('run/v1' as const),
    run: oid,
    name,
    experiment: name,
    kind: fc.constantFrom(
      'training' as const,
      'evaluation' as const,
      'monitoring' as const,
      'other' as const,
    ),
    status: fc.constantFrom('running' as const, 'finished' as const, 'failed' as const, 'killed' as const),
    started: instant,
    finished: instant,
    author: text,
    command: fc.array(text, { maxLength: 4 }),
    exit: fc.oneof(fc.record({ code: count }), fc.record({ signal: fc.constantFrom('SIGKILL') })),
    code: fc.record(
      {
        commit: oid,
        tree: oid,
        branch: text,
        dirty: fc.boolean(),
        skipped: fc.array(
          fc.record({ path: text, reason: fc.constantFrom('size' as const, 'secret' as const) }),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: ['commit', 'tree', 'dirty'] },
    ),
    parent: oid,
    params: scalars,
    metrics: dictionary(fc.record({ last: stored, step: number, min: stored, max: stored, count, time })),
    tags: scalars,
    notes: text,
    inputs: fc.array(fc.record({ path: text.filter(Boolean), digest: sha256 }), { maxLength: 2 }),
    outputs: fc.record({
      commit: oid,
      files: fc.array(
        fc.record({
          path: fc.constantFrom('a', 'models/x.bin', '.model/artifacts/é ü'),
          oid: sha256,
          size: count,
        }),
        { maxLength: 2 },
      ),
    }),
    links: fc.array(oid, { maxLength: 2 }),
    environment: scalars,
    deleted: fc.constant(true as const),
    revision: fc.integer({ min: 1 }),
    edits: dictionary(fc.integer({ min: 1 })),
  },
  { requiredKeys: ['schema', 'run', 'name', 'kind', 'status', 'started', 'code', 'revision'] },
)

const points = fc.array(fc.record({ step: fc.integer(), value: stored, time }), { maxLength: 20 })

/** Any valid series. */
export const series: fc.Arbitrary<Series> = fc.record(
  {
    schema: fc.constant('series/v1' as const),
    run: oid,
    metrics: dictionary(points.map(toColumns)),
    reduced: fc.constant(true as const),
  },
  { requiredKeys: ['schema', 'run', 'metrics'] },
)

function dictionary<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries))
}
