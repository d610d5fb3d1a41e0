import { describe, expect, it } from 'vitest'
import { renderComparisonMarkdown } from '../../src/cli/render/comparison/markdown.ts'
import type { Config } from '../../src/domain/config.ts'
import { compareGateRules } from '../../src/domain/gate-changes.ts'
import { gitdir, type TestRepo } from '../support/repo.ts'
import { makeReview, type SideParts } from './reviews.ts'

const pointer = { path: 'm.bin', oid: 'a'.repeat(64), size: 3 }

function failures(base: SideParts, head: SideParts, config: Config, before?: Config): string[] {
  const { gate } = makeReview(base, head, config, before).comparison
  return gate.failures.map(({ rule, source, found }) => [rule, source.path, found].filter(Boolean).join(' '))
}

describe('rules for cards', () => {
  const model = { name: 'digits', path: 'm.bin', files: [pointer] }
  const check = (config: object, head: object | undefined): string[] => {
    const models = head === undefined ? [] : [{ ...model, ...head }]
    return failures({}, { models }, { models: { digits: { path: 'm.bin', ...config } } })
  }

  it.each([
    [{ card: 'required' }, { card: {} }, []],
    [{ card: 'required' }, { cardState: 'absent' }, ['card models.digits.card absent']],
    [{ card: 'required' }, { cardState: 'unfetched' }, ['card models.digits.card unfetched']],
    [{ card: 'required' }, undefined, ['model models.digits.path m.bin']],
    [{ card: 'warn' }, { cardState: 'absent' }, []],
    [{ card: 'warn' }, undefined, []],
    [{ license: 'mit' }, { cardState: 'absent' }, ['card models.digits.license absent']],
    [{ license: 'mit' }, { card: { license: 'MIT' } }, []],
    [{ license: ['mit', 'apache-2.0'] }, { card: { license: ['apache-2.0'] } }, []],
    [{ license: ['mit'] }, { card: { license: 'other' } }, ['license models.digits.license other']],
    [{ license: ['mit'] }, { card: {} }, ['license models.digits.license absent']],
    [{ license: ['mit'] }, { card: { license: null } }, ['license models.digits.license marked as unknown']],
    [{ fields: ['tags'] }, { card: { tags: ['a'] } }, []],
    [{ fields: ['tags'] }, { card: { tags: [] } }, ['card-field models.digits.fields empty']],
    [{ fields: ['card.data'] }, { card: { card: {} } }, ['card-field models.digits.fields absent']],
    [
      { fields: ['card.data'] },
      { card: { card: { data: null } } },
      ['card-field models.digits.fields marked as unknown'],
    ],
    [{ fields: ['x'] }, { card: { x: false } }, []],
    [{ fields: ['x'] }, { card: { x: ' ' } }, ['card-field models.digits.fields empty']],
    [{ fields: ['toString'] }, { card: {} }, ['card-field models.digits.fields absent']],
  ])('%j with %j: %j', (config, head, expected) => {
    expect(check(config, head)).toEqual(expected)
  })
})

describe('a change of the rules', () => {
  const metric = (rules: object): Config => ({ metrics: { acc: rules } })
  it.each<[Config, Config, looser: string[]]>([
    [metric({ tolerance: 0.1 }), metric({ tolerance: 0.2 }), ['metrics.acc.tolerance']],
    [metric({ tolerance: 0.2 }), metric({ tolerance: 0.1 }), []],
    [metric({ tolerance: '1%' }), metric({ tolerance: '2%' }), ['metrics.acc.tolerance']],
    [metric({ tolerance: 0.1 }), metric({ tolerance: '1%' }), ['metrics.acc.tolerance']],
    [metric({ tolerance: 0.1 }), metric({}), []],
    [metric({ max: 1 }), metric({}), ['metrics.acc.max']],
    [metric({}), metric({ max: 1 }), []],
    [metric({ min: 1 }), metric({ min: 0 }), ['metrics.acc.min']],
    [metric({}), metric({ required: false }), ['metrics.acc.required']],
    [metric({ goal: 'max' }), {}, ['metrics.acc.goal']],
    [{}, metric({ goal: 'max', required: false }), []],
    [{ models: { a: { path: 'a', card: 'required' } } }, { models: { a: { path: 'a' } } }, ['models.a.card']],
    [
      { models: { a: { path: 'a', license: 'mit' } } },
      { models: { a: { path: 'a', license: ['mit', 'x'] } } },
      ['models.a.license'],
    ],
    [
      { models: { a: { path: 'a', fields: ['x', 'y'] } } },
      { models: { a: { path: 'a', fields: ['y'] } } },
      ['models.a.fields'],
    ],
    [metric({}), {}, ['metrics.acc']],
    [{}, metric({}), []],
    [
      { metrics: { acc: { goal: 'max', primary: true }, loss: { goal: 'min' } } },
      { metrics: { acc: { goal: 'max' }, loss: { goal: 'min', primary: true } } },
      ['metrics.acc.primary', 'metrics.loss.primary'],
    ],
    [
      { metrics: { acc: { goal: 'max' }, loss: { goal: 'min' } } },
      { metrics: { acc: { goal: 'max' }, loss: { goal: 'min', primary: true } } },
      ['metrics.loss.primary'],
    ],
    // The only one with a goal is the primary one, whether that is said or not.
    [metric({ goal: 'max' }), metric({ goal: 'max', primary: true }), []],
    [{}, metric({ goal: 'max', primary: true }), []],
    [{ gate: { loosened: 'fail' } }, {}, ['gate.loosened']],
    [{}, { gate: { base: 'optional' } }, ['gate.base']],
  ])('%j to %j loosens %j', (base, head, looser) => {
    const changes = compareGateRules(base, head)
    expect(changes.length).toBeGreaterThan(0)
    expect(changes.filter((change) => change.looser).map(({ path }) => path)).toEqual(looser)
  })

  it('is said in the report where it lets something pass, and fails where the base says so', () => {
    const strict = { metrics: { acc: { goal: 'max' } } } as const
    const loose = { metrics: { acc: { goal: 'max', tolerance: 1 } } } as const
    const sides = [{ metrics: { acc: 0.9 } }, { metrics: { acc: 0.8 } }] as const
    const review = makeReview(...sides, loose, strict)
    expect(review.comparison.gate).toMatchObject({
      passed: true,
      loosened: [{ rule: 'worse', source: { side: 'base' } }],
    })
    const markdown = renderComparisonMarkdown(review)
    expect(markdown).toContain('This change loosens its own gate')
    expect(markdown).toContain('metrics.acc.tolerance: – → 1 (looser)')
    expect(markdown).toContain(
      'would fail by the rules of the base: .gitmodel.yaml of the base: metrics.acc.goal: acc got worse',
    )
    const guarded = { ...strict, gate: { loosened: 'fail' } } as const
    expect(makeReview(...sides, loose, guarded).comparison.gate.passed).toBe(false)
    expect(
      makeReview(...sides, { ...loose, gate: { loosened: 'fail' } }, strict).comparison.gate.passed,
    ).toBe(true)
  })
})

describe('git model diff --gate', () => {
  const train = async (repo: TestRepo, name: string, said: string): Promise<void> => {
    await repo.commit({ 'a.txt': name })
    await repo.model('run', '-n', name, '--', 'sh', '-c', said)
  }

  it('names the rule and its line, and tells absent, empty and unfetched apart', async () => {
    const config = '# our rules\nmetrics:\n  acc:\n    goal: max\n    tolerance: 0.01\n  ms: {max: 50}\n'
    const repo = await gitdir({ '.gitmodel.yaml': config })
    await train(repo, 'one', 'git model log acc=0.9 ms=10')
    await train(repo, 'two', 'git model log acc=0.8 ms=51')
    const ran = await repo.model('diff', '--gate', 'HEAD^')
    expect(ran.exitCode).toBe(1)
    expect(ran.stdout).toContain(
      '  .gitmodel.yaml:5: metrics.acc.tolerance: acc got worse: 0.9 → 0.8, allowed 0.01\n',
    )
    expect(ran.stdout).toContain('  .gitmodel.yaml:6: metrics.ms.max: ms is 51, above the maximum 50\n')
    await train(repo, 'silent', 'true')
    const empty = await repo.model('diff', '--gate', 'HEAD^')
    expect(empty.stdout).toContain('.gitmodel.yaml:4: metrics.acc: the run silent recorded no metrics at all')
    await repo.commit({ 'a.txt': 'untrained' })
    const absent = await repo.model('diff', '--gate', 'HEAD^')
    expect(absent.stdout).toContain('HEAD has no run (no run belongs to it)')
    await repo.git('update-ref', '-d', 'refs/notes/model/runs')
    await repo.git('remote', 'add', 'origin', 'https://example.org/a.git')
    const unfetched = await repo.model('diff', '--gate', 'HEAD^')
    expect(unfetched.stdout).toContain('HEAD has no run (runs were never fetched: git model sync)')
  })
})

it('a base whose rules nobody can read is judged by those of the head, and that is said; a head is an error', async () => {
  const repo = await gitdir({
    '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
    '.gitmodel.yaml': 'metrics: {acc: {goal: max}}\n',
  })
  const train = async (name: string, accuracy: number): Promise<void> => {
    const script = `printf ${name} > m.bin; git model log acc=${accuracy}`
    const ran = await repo.model('run', '-n', name, '--output', 'm.bin', '--', 'sh', '-c', script)
    expect(ran.exitCode, ran.stderr).toBe(0)
  }
  await train('one', 0.9)
  await repo.commit({ '.gitmodel.yaml': 'metrics: {acc: {goal: up}}\n' }, 'broken')
  await repo.write('.gitmodel.yaml', 'models: {m: {path: m.bin}}\nmetrics: {acc: {goal: max}}\n')
  await train('two', 0.95)
  await repo.commit({}, 'mended')
  const compared = await repo.model('diff', '--gate', 'HEAD^', 'HEAD')
  expect(compared, compared.stderr).toMatchObject({ exitCode: 0 })
  expect(compared.stdout).toMatch(/^better: acc 0\.9 → 0\.95 /)
  expect(compared.stdout).toMatch(/\nm  m\.bin\n {2}weights  3 B → 3 B, /)
  expect(compared.stdout).toMatch(
    /\n {2}the rules of the base cannot be read, those of the head judge alone: \.gitmodel\.yaml of [0-9a-f]{12}, line 1, column 23: metrics\.acc\.goal: must be/,
  )
  expect(compared.stdout).not.toContain('rule changed')
  for (const format of ['md', 'html']) {
    const { stdout } = await repo.model('diff', 'HEAD^', 'HEAD', '--format', format)
    expect(stdout).toContain('the rules of the base cannot be read, those of the head judge alone')
  }
  const broken = await repo.model('diff', '--gate', 'HEAD', 'HEAD^')
  expect(broken.exitCode).toBe(1)
  expect(broken.stderr).toContain('error: .gitmodel.yaml of ')
})

it('git model runs lists what was recorded though .gitmodel.yaml is wrong, and warns', async () => {
  const repo = await gitdir()
  await repo.model('run', '-n', 'first', '--', 'true')
  await repo.write('.gitmodel.yaml', 'metrics:\n  acc: {goal: up}\n')
  const ran = await repo.model('runs')
  expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('first') as string })
  expect(ran.stderr).toContain(
    'warning: .gitmodel.yaml, line 2, column 15: metrics.acc.goal: must be one of max, min',
  )
})
