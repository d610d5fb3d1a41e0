import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isModelError } from '../../src/domain/errors.ts'
import { ATTRIBUTES } from '../../src/domain/filter-attribute.ts'
import { matchesFilter } from '../../src/domain/filter-match.ts'
import { matchesLike } from '../../src/domain/filter-like.ts'
import { parseFilter } from '../../src/domain/filter-parse.ts'
import { filterView } from '../../src/domain/filter-view.ts'
import { formatFilter, type Filter, type FilterClause } from '../../src/domain/filter.ts'
import { runRecord } from './run-record.ts'

const view = filterView(
  runRecord({
    params: { lr: 0.001, opt: 'adam', bf16: true, layers: '3', batch: '1e2' },
    metrics: { 'val/acc': 0.91, loss: 'NaN', huge: 'Infinity', 'a b': 1 },
    tags: { stage: 'prod', 'team.name': 'vision', pick: true },
    inputs: [{ path: 'data/train', digest: 'git-tree:5c1' }],
  }),
)

function holds(text: string, strict = false): boolean {
  return matchesFilter(parseFilter(text, { strict }), view)
}

describe('matchesFilter', () => {
  it.each([
    ['', true],
    ["metrics.val/acc > 0.9 and params.lr = '0.001'", true],
    ["metrics.val/acc > 0.9 AND params.lr = '0.01'", false],
    ['metrics.`val/acc` >= 0.91', true],
    ['metric."val/acc" < 0.91', false],
    ['metrics.val/acc != 0.5', true],
    ["params.opt='adam'AND metrics.huge>1", true],
    ['metrics."a b" = 1', true],
    ['metrics.absent != 3', false],
    ["params.absent != 'x'", false],
    ["tags.absent NOT IN ('x')", false],
    ['tags.absent IS NULL', true],
    ['tags.absent is not null', false],
    ['params.lr IS NOT NULL', true],
    ['params.lr IS NULL', false],
    ["attributes.artifact_uri != 'x'", false],
    ['metrics.loss = nan', true],
    ['metrics.loss > 0', false],
    ['metrics.loss != 0', true],
    ['metrics.huge = inf', true],
    ['metrics.huge > 1e300', true],
    ['params.lr = 0.001', true],
    ['params.lr = 1e-3', true],
    ["params.lr = '1e-3'", true],
    ["params.lr = '0.0010'", true],
    ['params.lr < 0.01', true],
    ['params.opt != 3', true],
    ['params.opt < 3', false],
    ['params.layers >= 3', true],
    ["params.layers = '3'", true],
    ["params.layers = '3.0'", false],
    ['params.batch = 100', true],
    ["params.batch = '100'", false],
    ['params.bf16 = true', true],
    ["params.bf16 = 'True'", true],
    ["params.opt LIKE 'a%'", true],
    ["params.opt LIKE 'A%'", false],
    ["params.opt ILIKE 'A__M'", true],
    ["params.opt LIKE 'da'", false],
    ["params.opt in ('sgd', 'adam')", true],
    ["tags.team.name = 'vision'", true],
    ["tag.`team.name` = 'vision'", true],
    ["tags.pick = 'true'", true],
    ["status = 'finished'", true],
    ["attributes.status = 'FINISHED'", true],
    ["attr.status != 'failed'", true],
    ["run.status IN ('failed', 'finished')", true],
    ["status NOT IN ('failed', 'killed')", true],
    ["name = 'lr-3e-4'", true],
    ["`Run name` = 'lr-3e-4'", true],
    ["run_id = '9f2c'", true],
    ["run_id = '9f2'", false],
    ["run_id != '9f2c'", false],
    ["run_id IN ('9f2c0000000000000000000000000000000000aa')", true],
    ["code.commit = '1b7e'", true],
    ["branch = 'main'", true],
    ["dirty = 'true'", true],
    ['start_time > 0', true],
    ["start_time >= '2026-11-23' and start_time < '2026-11-24'", true],
    ["start_time > '2026-11-23T08:00:00Z'", false],
    ["start_time = '2026-11-23 08:00'", true],
    ['duration = 3600', true],
    ["user_id LIKE '%Ada%'", true],
    ["datasets.name = 'data/train'", true],
    ["dataset.name LIKE 'data/%'", true],
    ["datasets.digest IN ('git-tree:5c1', 'x')", true],
    ["datasets.context = 'train'", false],
    ["datasets.context != 'train'", false],
  ])('%s → %s', (text, expected) => {
    expect(holds(text)).toBe(expected)
  })

  it('keeps to MLflow where it is strict', () => {
    expect(holds("params.lr = '0.001'", true)).toBe(true)
    expect(holds("params.lr = '1e-3'", true)).toBe(false)
    expect(holds("run_id = '9f2c'", true)).toBe(false)
    for (const text of [
      'params.lr = 0.001',
      "params.opt IN ('a')",
      "status IN ('finished')",
      "branch = 'main'",
      "name = 'a'",
      'metrics.loss = nan',
      "start_time > '2026-11-23'",
    ]) {
      expect(codeOf(text, true)).toBe('filter-invalid')
    }
  })

  it('sees nothing in names that every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(holds(`params.${name} != 'x'`)).toBe(false)
      expect(holds(`metrics.${name} != 1`)).toBe(false)
      expect(holds(`tags.${name} LIKE '%'`)).toBe(false)
    }
  })
})

describe('matchesLike', () => {
  it('agrees with a regular expression', () => {
    const of = (units: string): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...units), maxLength: 8 })
    fc.assert(
      fc.property(of('abA.'), of('abA.%_'), fc.boolean(), (text, pattern, ignoreCase) => {
        const source = pattern
          .replaceAll('.', String.raw`\.`)
          .replaceAll('%', '.*')
          .replaceAll('_', '.')
        const expected = new RegExp(`^${source}$`, ignoreCase ? 'i' : '').test(text)
        expect(matchesLike(text, pattern, ignoreCase)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes no longer for a pattern made to be slow', () => {
    expect(matchesLike('a'.repeat(5000), `${'%a'.repeat(500)}b`, false)).toBe(false)
  })
})

describe('parseFilter', () => {
  it.each([
    'status = finished',
    'acc > 0.9',
    'metrics.acc == 0.9',
    "metrics.acc > '0.9'",
    'metrics.acc > 0.9 or metrics.acc < 0.1',
    'metrics.acc 0.9',
    'metrics.acc >',
    "metrics.acc LIKE '%'",
    "params.lr > '0.01'",
    'params.opt = adam',
    "params.opt = 'adam",
    "status = 'done'",
    "status IN ('failed', 'done')",
    "run_id IN '9f2c'",
    'params.lr IS 1',
    'params.lr IS NOT',
    'metrics.loss IS NULL',
    "run_id IN ('a' 'b')",
    'metrik.acc > 1',
    'loss.total > 1',
    "datasets.path = 'x'",
    "(status = 'failed')",
    "status = 'failed' and",
    "params.名前 = 'モデル' and status = 完了",
    "tags.a NOT LIKE 'x'",
    'metrics. > 3',
    "start_time > 'yesterday'",
    `${'metrics.a > 1 and '.repeat(10)}metrics.b ~ 3`,
  ])('says what is wrong with %s', (text) => {
    expect(messageOf(text)).toMatchSnapshot()
  })

  it('throws nothing but filter-invalid, whatever it is given', () => {
    const words = 'metrics. params.a ` " \' ( ) , = != > 0.5 status . % AND IN NOT IS NULL'.split(' ')
    const piece = fc.constantFrom(...words.map((word) => (/^[A-Z]/.test(word) ? ` ${word} ` : word)))
    const text = fc
      .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 15 })
      .map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(text, fc.boolean(), (input, strict) => {
        expect(['fits', 'fits not', 'filter-invalid']).toContain(codeOf(input, strict))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads back what formatFilter writes', () => {
    fc.assert(
      fc.property(fc.array(clause(), { maxLength: 4 }), (clauses) => {
        const filter: Filter = { clauses, strict: false }
        expect(parseFilter(formatFilter(filter))).toEqual(filter)
      }),
    )
  })
})

function codeOf(text: string, strict: boolean): string {
  try {
    return holds(text, strict) ? 'fits' : 'fits not'
  } catch (error) {
    if (!isModelError(error, 'filter-invalid')) throw error
    return Number(error.data['column']) > 0 && error.hints.length > 0
      ? error.code
      : 'an error that does not help'
  }
}

function messageOf(text: string): string {
  try {
    parseFilter(text)
  } catch (error) {
    if (isModelError(error, 'filter-invalid'))
      return `${error.message}\nhint: ${error.hints.join('\nhint: ')}`
    throw error
  }
  throw new Error(`parsed: ${text}`)
}

function clause(): fc.Arbitrary<FilterClause> {
  const unit = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(...'\'"`. ()=%,\\'),
  )
  const key = fc.string({ unit, minLength: 1, maxLength: 8 })
  const text = fc.string({ unit, maxLength: 8 })
  const number = fc.double().map((value) => (Object.is(value, -0) ? 0 : value))
  const numeric = fc.constantFrom('=', '!=', '<', '<=', '>', '>=')
  const textual = fc.constantFrom('=', '!=', 'LIKE', 'ILIKE')
  const list = fc.array(text, { minLength: 1, maxLength: 3 })
  const free = fc.record({ group: fc.constantFrom('param', 'tag'), key })
  const attribute = (types: string[]): fc.Arbitrary<FilterClause['field']> =>
    fc
      .constantFrom(...ATTRIBUTES.filter((each) => types.includes(each.type)))
      .map(({ name }) => ({ group: 'attribute' as const, key: name }))
  const dataset = fc.record({
    group: fc.constant('dataset'),
    key: fc.constantFrom('name', 'digest', 'context'),
  })
  const metric = fc.record({ group: fc.constant('metric'), key })
  return fc.oneof(
    fc.record({
      field: fc.oneof(metric, free, attribute(['number', 'time'])),
      operator: numeric,
      value: number,
    }),
    fc.record({ field: fc.oneof(free, dataset, attribute(['text', 'oid'])), operator: textual, value: text }),
    fc.record({
      field: fc.oneof(free, dataset, attribute(['text', 'oid'])),
      operator: fc.constantFrom('IN', 'NOT IN'),
      value: list,
    }),
    fc.record({ field: free, operator: fc.constantFrom('IS NULL', 'IS NOT NULL'), value: fc.constant('') }),
  )
}
