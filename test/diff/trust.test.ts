import { describe, expect, it } from 'vitest'
import { gitdir, type TestRepo } from '../support/repo.ts'

interface Compared {
  base: { rule?: string; none?: string; record?: { name: string } }
  head: { rule?: string; none?: string; record?: { name: string } }
  verdict: string
  gate: { passed: boolean; failures: { rule: string; side: string; subject?: string; model?: string }[] }
  models: { name: string; path: string }[]
}

const ATTRIBUTES = '*.pt filter=lfs diff=lfs merge=lfs -text\n'
const METRICS = 'metrics: {acc: {goal: max, primary: true}}\n'

async function set(config: string): Promise<TestRepo> {
  return gitdir({ 't.py': 'x=1\n', '.gitattributes': ATTRIBUTES, '.gitmodel.yaml': config })
}

async function train(
  repo: TestRepo,
  name: string,
  acc: number,
  script: string,
  ...flags: string[]
): Promise<void> {
  const command = ['sh', '-c', `${script}; git model log acc=${acc}`]
  expect(await repo.model('run', '-n', name, ...flags, '--', ...command)).toMatchObject({ exitCode: 0 })
}

async function diff(repo: TestRepo, ...args: string[]): Promise<Compared> {
  const ran = await repo.model('diff', '--json', ...args)
  expect(ran.exitCode, ran.stderr).toBe(0)
  return JSON.parse(ran.stdout) as Compared
}

describe('numbers are those of the code and the weights that stand there', () => {
  it('of a model with a frozen part: the run that wrote the rest, not the best that wrote the part', async () => {
    const repo = await set(`models: {m: {path: m}}\n${METRICS}`)
    const write = (head: string) => `mkdir -p m; echo frozen >m/backbone.pt; echo ${head} >m/head.pt`
    await train(repo, 'r1', 0.9, write('one'), '--output', 'm')
    await repo.commit({}, 'w1')
    await repo.write('t.py', 'x=2\n')
    await train(repo, 'r2', 0.7, write('two'), '--output', 'm')
    await repo.commit({}, 'w2')
    const worse = await diff(repo, 'HEAD^', 'HEAD')
    expect([worse.base.record?.name, worse.head.record?.name]).toEqual(['r1', 'r2'])
    expect(worse).toMatchObject({ verdict: 'worse', gate: { passed: false } })
    await train(repo, 'r3', 0.95, write('three'), '--output', 'm')
    await repo.commit({}, 'w3')
    expect((await diff(repo, 'HEAD~2', 'HEAD')).base.record?.name).toBe('r1')
  })

  it('and not of an experiment that started from there, edited, and was never committed', async () => {
    const repo = await set(METRICS)
    await train(repo, 'first', 0.9, 'true')
    await repo.commit({ README: 'docs' }, 'docs')
    await repo.write('t.py', 'x=99\n')
    await train(repo, 'tried', 0.3, 'true')
    await repo.git('checkout', '--quiet', 't.py')
    await repo.git('switch', '--quiet', '--create', 'topic')
    await repo.write('t.py', 'x=2\n')
    await train(repo, 'topic', 0.6, 'true')
    await repo.commit({}, 'topic')
    expect(await diff(repo, 'main')).toMatchObject({
      base: { none: 'edited' },
      head: { record: { name: 'topic' } },
      gate: { passed: false, failures: [{ rule: 'no-record', side: 'base' }] },
    })
    const { stdout } = await repo.model('diff', 'main')
    expect(stdout).toContain('only runs with uncommitted changes started from it')
    // What an earlier run left behind is no edit, and who picks a run says that it counts.
    await repo.git('switch', '--quiet', 'main')
    await repo.model('log', '--run', 'tried', '-t', 'pick=true')
    expect((await diff(repo, 'main', 'topic')).base.record?.name).toBe('tried')
    await repo.model('log', '--run', 'tried', '-t', 'pick=')
    await repo.write('results.json', '{}')
    await train(repo, 'beside results', 0.8, 'true')
    expect((await diff(repo, 'main', 'topic')).base.record?.name).toBe('beside results')
  })

  it('of the head itself, not of the base, where the nearest run is asked for', async () => {
    const repo = await set(METRICS)
    await train(repo, 'first', 0.9, 'true')
    await repo.commit({ 't.py': 'x=2\n' }, 'never trained')
    expect(await diff(repo, 'HEAD^', 'HEAD', '--nearest')).toMatchObject({
      head: { rule: 'nearest', record: { name: 'first' } },
      gate: { passed: false, failures: [{ rule: 'no-record', side: 'head' }] },
    })
  })
})

describe('the gate cannot be left', () => {
  const TWO = `models: {a: {path: a.pt}, b: {path: b.pt}}\n${METRICS}`

  async function both(): Promise<TestRepo> {
    const repo = await set(TWO)
    await train(repo, 'a1', 0.8, 'echo a1 >a.pt', '--output', 'a.pt')
    await train(repo, 'b1', 0.7, 'echo b1 >b.pt', '--output', 'b.pt')
    await repo.commit({}, 'both')
    return repo
  }

  it('by another name for a model', async () => {
    const repo = await both()
    await repo.write('.gitmodel.yaml', TWO.replace('b: {', 'bb: {'))
    await train(repo, 'b2', 0.1, 'echo b2 >b.pt', '--output', 'b.pt')
    await repo.commit({}, 'renamed')
    const compared = await diff(repo, 'HEAD^', 'HEAD')
    expect(compared.gate.failures).toMatchObject([{ rule: 'worse', model: 'bb' }])
    expect(compared.models.map(({ name }) => name).sort()).toEqual(['a', 'bb'])
  })

  it('by taking a model away that the rules still name', async () => {
    const repo = await both()
    await repo.git('rm', '--quiet', 'b.pt')
    await repo.commit({}, 'gone')
    const compared = await diff(repo, 'HEAD^', 'HEAD')
    expect(compared.gate.failures).toMatchObject([{ rule: 'model', subject: 'b' }])
    await repo.commit({ '.gitmodel.yaml': TWO.replace(', b: {path: b.pt}', '') }, 'not named either')
    expect((await diff(repo, 'HEAD~2', 'HEAD')).gate).toMatchObject({ passed: true })
  })
})
