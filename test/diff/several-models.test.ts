import { beforeEach, describe, expect, it } from 'vitest'
import { gitdir, type TestRepo } from '../support/repo.ts'

const CONFIG = `models:
  digits: {path: digits.bin}
  fashion: {path: fashion.bin}
metrics:
  acc: {goal: max, primary: true}
`
let repo: TestRepo

interface Compared {
  verdict: string
  of?: string[]
  base: { record?: { name: string }; none?: string }
  head: { record?: { name: string }; none?: string }
  parts?: Compared[]
  gate: { passed: boolean; failures: { rule: string; subject?: string; model?: string }[] }
}

/** Writes weights and logs metrics, as a training does. */
async function train(name: string, files: string[], metrics: Record<string, number>): Promise<void> {
  const writes = files.map((file) => `printf ${name}-${file} > ${file}; `).join('')
  const logs = Object.entries(metrics).map(([metric, value]) => `${metric}=${value}`)
  const outputs = files.flatMap((file) => ['--output', file])
  const script = `${writes}git model log ${logs.join(' ')}`
  const ran = await repo.model('run', '-n', name, ...outputs, '--', 'sh', '-c', script)
  expect(ran.exitCode, ran.stderr).toBe(0)
}

async function diff(...args: string[]): Promise<Compared> {
  const ran = await repo.model('diff', '--json', ...args)
  expect(ran.exitCode, ran.stderr).toBe(0)
  return JSON.parse(ran.stdout) as Compared
}

function names({ of, base, head }: Compared): unknown[] {
  return [of, base.record?.name ?? base.none, head.record?.name ?? head.none]
}

beforeEach(async () => {
  repo = await gitdir({
    '.gitmodel.yaml': CONFIG,
    '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
  })
})

describe('models with runs of their own', () => {
  beforeEach(async () => {
    await train('digits-1', ['digits.bin'], { acc: 0.9 })
    await train('fashion-1', ['fashion.bin'], { acc: 0.7 })
    await repo.commit({}, 'both')
  })

  it('the one that got worse fails, though another that did not change was better all along', async () => {
    await train('fashion-2', ['fashion.bin'], { acc: 0.6 })
    await repo.commit({}, 'fashion')
    const compared = await diff('HEAD^', 'HEAD')
    expect(compared.parts?.map(names)).toEqual([
      [['fashion'], 'fashion-1', 'fashion-2'],
      [['digits'], 'digits-1', 'digits-1'],
    ])
    expect(compared).toMatchObject({ verdict: 'worse', gate: { passed: false } })
    expect(compared.gate.failures).toMatchObject([{ rule: 'worse', subject: 'acc', model: 'fashion' }])
    const text = await repo.model('diff', 'HEAD^', 'HEAD', '--gate')
    expect(text.exitCode).toBe(1)
    expect(text.stdout).toMatch(/^worse for fashion: acc 0\.7 → 0\.6 /)
    expect(text.stdout).toContain('runs of digits  the same run on both sides: digits-1')
    expect(text.stdout).toContain('metrics.acc.goal: acc of fashion got worse: 0.7 → 0.6')
    const markdown = await repo.model('diff', 'HEAD^', 'HEAD', '--format', 'md')
    expect(markdown.stdout).toMatch(/^### ❌ gate failed · worse for fashion: acc/)
    expect(markdown.stdout).toContain('#### fashion\n\n| metric')
    expect(markdown.stdout).toContain('**digits**: the same run on both sides, digits-1')
    const html = await repo.model('diff', 'HEAD^', 'HEAD', '--format', 'html')
    expect(html.stdout).toContain('worse for fashion: acc 0.7 → 0.6')
  })

  it('two that changed in one commit are both told of', async () => {
    await train('digits-2', ['digits.bin'], { acc: 0.95 })
    await train('fashion-2', ['fashion.bin'], { acc: 0.6 })
    await repo.commit({}, 'both again')
    expect(await diff('HEAD^', 'HEAD')).toMatchObject({ verdict: 'mixed' })
    const text = await repo.model('diff', 'HEAD^', 'HEAD')
    expect(text.stdout.split('\n')[0]).toMatch(
      /^better for digits: acc 0\.9 → 0\.95 .*; worse for fashion: acc 0\.7 → 0\.6 /,
    )
  })

  it('are told apart before any weights are committed, by what their runs wrote', async () => {
    const compared = await diff('HEAD^', 'HEAD')
    expect(compared.parts?.map(names)).toEqual([
      // They ran from there, and what they made stands in the head.
      [['digits'], 'absent', 'digits-1'],
      [['fashion'], 'absent', 'fashion-1'],
    ])
  })

  it('one whose weights no run made has none, though another has one', async () => {
    await repo.commit({ 'fashion.bin': 'by hand' }, 'by hand')
    const compared = await diff('HEAD^', 'HEAD')
    expect(compared.parts?.map(names)[0]).toEqual([['fashion'], 'fashion-1', 'absent'])
    expect(compared.gate.failures).toMatchObject([{ rule: 'no-record', model: 'fashion' }])
    expect((await repo.model('diff', 'HEAD^', 'HEAD')).stdout).toContain(
      'HEAD has no run of fashion (no run belongs to it)',
    )
  })

  it('one that is named is compared with the run of the same model', async () => {
    await train('fashion-2', ['fashion.bin'], { acc: 0.8 })
    const compared = await diff('HEAD', 'fashion-2')
    expect([names(compared), compared.parts]).toEqual([[['fashion'], 'fashion-1', 'fashion-2'], undefined])
  })

  it('each is asked for the metrics that it had; one that nobody measured is missed once', async () => {
    const metrics = `  map: {goal: max}\n  ms: {max: 5}\n`
    await train('fashion-2', ['fashion.bin'], { acc: 0.7, map: 0.5 })
    await repo.commit({ '.gitmodel.yaml': CONFIG + metrics }, 'another metric')
    const first = await diff('HEAD^', 'HEAD')
    expect(first.gate.failures).toMatchObject([{ rule: 'no-value', subject: 'ms', model: 'fashion' }])
    await train('fashion-3', ['fashion.bin'], { acc: 0.7, ms: 1 })
    await train('digits-2', ['digits.bin'], { acc: 0.9, map: 0.4 })
    await repo.commit({}, 'it is lost')
    const second = await diff('HEAD^', 'HEAD')
    expect(second.gate.failures).toMatchObject([{ rule: 'no-value', subject: 'map', model: 'fashion' }])
  })
})

it('models that one run made stay together, and a new one beside them needs no base', async () => {
  await train('gan-1', ['digits.bin', 'fashion.bin'], { acc: 0.9 })
  await repo.commit({}, 'both')
  await train('gan-2', ['digits.bin', 'fashion.bin'], { acc: 0.95 })
  await repo.commit({}, 'both again')
  const together = await diff('HEAD^', 'HEAD')
  expect([names(together), together.parts]).toEqual([[undefined, 'gan-1', 'gan-2'], undefined])
  await repo.write('code.txt', 'uncommitted')
  await train('new', ['new.bin'], { acc: 0.5 })
  await repo.commit({ '.gitmodel.yaml': CONFIG.replace('metrics', '  new: {path: new.bin}\nmetrics') }, 'new')
  const added = await diff('HEAD^', 'HEAD')
  expect(added.parts?.map(names)).toEqual([
    [['new'], 'absent', 'new'],
    [['digits', 'fashion'], 'gan-2', 'gan-2'],
  ])
  expect(added.gate.passed).toBe(true)
})
