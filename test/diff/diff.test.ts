import { describe, expect, it } from 'vitest'
import { gitdir, type Ran, type TestRepo } from '../support/repo.ts'

const CONFIG = `models:
  digits: {path: models/d.safetensors, card: warn}
metrics:
  val/acc: {goal: max, primary: true, tolerance: 0.002}
  latency: {goal: min, max: 50, required: false}
`

interface Comparison {
  verdict: string
  base: { rule?: string; none?: string; distance?: number; record?: { name: string } }
  head: { rule?: string; none?: string; distance?: number; record?: { name: string } }
  metrics: { name: string; verdict: string }[]
  models: { weights: { same: boolean } }[]
  gate: { passed: boolean; failures: { rule: string; side: string; subject?: string }[] }
}

/** A repository whose main branch has a model that a recorded run produced. */
async function trained(): Promise<TestRepo> {
  const repo = await gitdir({
    'train.sh': 'true\n',
    '.gitmodel.yaml': CONFIG,
    '.gitattributes': '*.safetensors filter=lfs diff=lfs merge=lfs -text\n',
  })
  await train(repo, 'base', 0.9)
  return repo
}

/** Trains, records and commits a new version of the model. */
async function train(repo: TestRepo, name: string, accuracy: number, more = ''): Promise<void> {
  await repo.commit({ 'train.sh': `# ${name}\n` }, `code of ${name}`)
  const script = `mkdir -p models; printf ${name} > models/d.safetensors; git model log val/acc=${accuracy} ${more} --step 1`
  const ran = await repo.model(
    'run',
    '-n',
    name,
    '--output',
    'models/d.safetensors',
    '--',
    'sh',
    '-c',
    script,
  )
  expect(ran.exitCode, ran.stderr).toBe(0)
  await repo.git('add', 'models')
  await repo.git('commit', '--quiet', '-m', `weights of ${name}`)
}

async function diff(repo: TestRepo, ...args: string[]): Promise<Comparison & { exitCode: number }> {
  const ran = await repo.model('diff', '--json', ...args)
  expect(ran.stderr).toBe('')
  return { ...(JSON.parse(ran.stdout) as Comparison), exitCode: ran.exitCode }
}

describe('git model diff', () => {
  it('compares a branch with its merge base, and finds each run by the weights it produced', async () => {
    const repo = await trained()
    await repo.git('switch', '--quiet', '--create', 'wider')
    await train(repo, 'wider', 0.95)
    for (const args of [[], ['main'], ['main...'], ['main..wider'], ['main', 'wider'], ['base', 'wider']]) {
      const found = await diff(repo, ...args)
      expect(found, JSON.stringify(args)).toMatchObject({
        verdict: 'better',
        base: { record: { name: 'base' } },
        head: { record: { name: 'wider' } },
        gate: { passed: true, failures: [] },
      })
      expect(found.models[0]!.weights.same).toBe(false)
    }
    expect(await diff(repo, 'main')).toMatchObject({ base: { rule: 'produced' }, head: { rule: 'produced' } })
  })

  it('finds the run of a squash merge, with the base moved, after the branch is gone', async () => {
    const repo = await trained()
    await repo.git('switch', '--quiet', '--create', 'wider')
    await train(repo, 'wider', 0.95)
    await repo.git('switch', '--quiet', 'main')
    await repo.commit({ 'README.md': 'moved' }, 'the base moves')
    await repo.git('merge', '--quiet', '--squash', 'wider')
    await repo.git('commit', '--quiet', '-m', 'wider (#1)')
    await repo.git('branch', '--quiet', '-D', 'wider')
    await repo.git('reflog', 'expire', '--expire=now', '--all')
    await repo.git('gc', '--quiet', '--prune=now')
    expect(await diff(repo, 'HEAD^', 'HEAD')).toMatchObject({
      verdict: 'better',
      head: { rule: 'produced', record: { name: 'wider' } },
    })
  })

  it('finds a run without outputs by its tree after a rebase or squash, and by a link when both changed', async () => {
    const repo = await gitdir({ 'a.txt': 'a', '.gitmodel.yaml': CONFIG })
    await repo.model('run', '-n', 'base', '--', 'sh', '-c', 'git model log val/acc=0.9')
    await repo.git('switch', '--quiet', '--create', 'topic')
    await repo.commit({ 'b.txt': 'b' })
    await repo.model('run', '-n', 'topic', '--', 'sh', '-c', 'git model log val/acc=0.8')
    expect(await diff(repo, 'main')).toMatchObject({ head: { rule: 'same-tree' }, verdict: 'worse' })
    await repo.git('commit', '--quiet', '--amend', '-m', 'another message')
    expect(await diff(repo, 'main')).toMatchObject({ head: { rule: 'same-tree', record: { name: 'topic' } } })
    await repo.commit({ 'c.txt': 'c' })
    expect(await diff(repo, 'main')).toMatchObject({ verdict: 'unknown', head: { none: 'absent' } })
    expect(await diff(repo, '--nearest', 'main')).toMatchObject({ head: { rule: 'nearest', distance: 1 } })
    const linked = await repo.model('link', 'topic', 'HEAD')
    expect(linked.stderr).toMatch(/^linked run [0-9a-f]{12} topic to /)
    expect((await repo.model('link', 'topic', 'HEAD')).stderr).toContain('was linked to')
    expect(await diff(repo, 'main')).toMatchObject({ head: { rule: 'linked', record: { name: 'topic' } } })
  })

  it('takes the picked run of several, else the best that finished', async () => {
    const repo = await gitdir({ 'a.txt': 'a', '.gitmodel.yaml': CONFIG })
    const run = async (name: string, accuracy: number, end = 'true'): Promise<Ran> =>
      repo.model('run', '-n', name, '--', 'sh', '-c', `git model log val/acc=${accuracy}; ${end}`)
    await run('good', 0.9)
    await run('best', 0.95)
    await run('late', 0.8)
    await run('broken', 0.99, 'exit 1')
    expect((await diff(repo, 'good', 'HEAD')).head.record).toMatchObject({ name: 'best' })
    await repo.model('log', '--run', 'late', '-t', 'pick=true')
    expect((await diff(repo, 'good', 'HEAD')).head.record).toMatchObject({ name: 'late' })
  })

  it('compares weights that no one named, in runs and in commits', async () => {
    const repo = await gitdir({
      'a.txt': 'a',
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
    })
    const run = async (name: string): Promise<Ran> =>
      repo.model('run', '-n', name, '--output', 'w.bin', '--', 'sh', '-c', `printf ${name} > w.bin`)
    await run('one')
    await repo.commit({})
    await run('three')
    await repo.commit({})
    for (const args of [
      ['one', 'three'],
      ['HEAD^', 'HEAD'],
    ]) {
      const ran = await repo.model('diff', ...args)
      expect(ran.stdout).toMatch(/w\.bin.*\n {2}weights {2}3 B → 5 B, sha256:/)
    }
  })

  it('never lets one run with uncommitted changes stand for both sides', async () => {
    const repo = await gitdir({ 'a.txt': 'a', '.gitmodel.yaml': CONFIG })
    await repo.write('a.txt', 'better')
    await repo.model('run', '-n', 'dirty', '--', 'sh', '-c', 'git model log val/acc=0.9')
    await repo.commit({ 'a.txt': 'better' })
    expect(await diff(repo, 'HEAD^', 'HEAD')).toMatchObject({
      base: { none: 'edited' },
      head: { rule: 'same-tree', record: { name: 'dirty' } },
      gate: { passed: false, failures: [{ rule: 'no-record', side: 'base' }] },
    })
    expect((await repo.model('diff', 'dirty', 'HEAD')).stdout).toContain('the same run on both sides: dirty')
  })

  it('fails the gate when a metric worsens, passes its bound, or has no record', async () => {
    const repo = await trained()
    await repo.git('switch', '--quiet', '--create', 'topic')
    await train(repo, 'within', 0.899)
    expect((await repo.model('diff', '--gate', 'main')).exitCode).toBe(0)
    await train(repo, 'slow', 0.9, 'latency=51')
    const slow = await repo.model('diff', '--gate', 'main')
    expect(slow.exitCode).toBe(1)
    expect(slow.stdout).toMatch(
      /gate: failed\n {2}\.gitmodel\.yaml:\d+: metrics\.latency\.max: latency is 51, above the maximum 50/,
    )
    await train(repo, 'worse', 0.8)
    const worse = await repo.model('diff', '--gate', 'main')
    expect(worse.exitCode).toBe(1)
    expect(worse.stdout).toContain('val/acc got worse: 0.9 → 0.8, allowed 0.002')
    await repo.commit({ 'models/d.safetensors': 'by hand', 'x.txt': 'x' })
    const absent = await repo.model('diff', '--gate', 'main')
    expect(absent.exitCode).toBe(1)
    expect(absent.stdout).toContain('HEAD has no run (no run belongs to it)')
  })

  it('escapes what a record claims, in the terminal and in Markdown', async () => {
    const repo = await gitdir({ 'a.txt': 'a', '.gitmodel.yaml': CONFIG })
    await repo.model('run', '-n', 'a', '--', 'sh', '-c', 'git model log val/acc=0.9')
    await repo.model(
      'run',
      '-n',
      '<img src=x> @everyone | [x](y)',
      '-p',
      'p=\u001b[31mred',
      '--',
      'sh',
      '-c',
      'git model log val/acc=0.8 "<b>|x=1"',
    )
    const text = await repo.model('diff', 'a', 'HEAD', '--all')
    expect(text.stdout).not.toContain('\u001b')
    const runs = JSON.parse((await repo.model('runs', '--json')).stdout) as {
      runs: { run: string; name: string }[]
    }
    const hostile = runs.runs.find(({ name }) => name !== 'a')!.run
    const markdown = await repo.model('diff', 'a', hostile, '--format', 'md')
    expect(markdown.stdout).not.toMatch(/(?<!\\)<(?:img|b>)|@everyone|(?<!\\)\[x|\u001b/)
  })

  it('says what to type when a side is unknown or there is nothing to compare', async () => {
    const repo = await gitdir()
    const first = await repo.model('diff')
    expect(first).toMatchObject({ exitCode: 1 })
    expect(first.stderr).toContain('error: this is the first commit')
    const unknown = await repo.model('diff', 'nowhere')
    expect(unknown.stderr).toContain('error: there is no branch, commit or run "nowhere"')
    expect(unknown.stderr).toContain('hint: git model runs')
  })
})
