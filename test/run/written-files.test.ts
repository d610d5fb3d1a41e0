import { utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gitdir, type TestRepo } from '../support/repo.ts'

interface Shown {
  run: { outputs?: { files: { path: string }[] }; metrics?: object }
}

async function shown(repo: TestRepo, run: string): Promise<Shown['run']> {
  return (JSON.parse((await repo.model('show', run, '--json')).stdout) as Shown).run
}

describe('a run keeps what its command wrote', () => {
  const FLAGS = ['--metrics', 'results.json', '--output', 'w.pt', '--output', 'out']
  const train = (repo: TestRepo, name: string, script: string) =>
    repo.model('run', '-n', name, ...FLAGS, '--', 'sh', '-c', script)

  it('and neither metrics nor outputs that stood there before', async () => {
    const repo = await gitdir({ 'a.txt': 'a' })
    const write = `echo '{"acc": 0.9}' >results.json; echo 1 >w.pt; mkdir -p out; echo 1 >out/a; echo 1 >out/b`
    expect(await train(repo, 'first', write)).toMatchObject({ exitCode: 0 })
    const stale = await train(repo, 'stale', 'true')
    expect(stale.exitCode).toBe(1)
    for (const file of ['results.json', 'w.pt', 'out'])
      expect(stale.stderr).toContain(`"${file}" was not written: it is as it was before the command ran`)
    expect(stale.stderr).toMatch(/hint: .*git model log --run [0-9a-f]{12} --metrics results\.json/)
    expect(await shown(repo, 'stale')).not.toHaveProperty('outputs')
    expect((await shown(repo, 'stale')).metrics).toEqual({})
    // One that failed owes nobody anything, and has nothing either.
    const failed = await train(repo, 'failed', 'exit 3')
    expect(failed).toMatchObject({ exitCode: 3, stderr: expect.not.stringContaining('warning') })
    expect((await shown(repo, 'failed')).metrics).toEqual({})
    // The same bytes, written anew, are what it wrote; of a folder only what is new counts.
    const again = await train(
      repo,
      'again',
      `${write.replace('; mkdir -p out; echo 1 >out/a', '')}; echo 2 >out/c`,
    )
    expect(again).toMatchObject({ exitCode: 0 })
    const { outputs } = await shown(repo, 'again')
    expect(outputs!.files.map(({ path }) => path).sort()).toEqual(['out/b', 'out/c', 'w.pt'])
  })

  it('and says where git push would not share it', async () => {
    const repo = await gitdir({ 'a.txt': 'a' })
    const said = async () =>
      (await repo.model('run', '--', 'true')).stderr.includes('hint: git model init   (')
    expect(await said()).toBe(false)
    await repo.git('remote', 'add', 'origin', '../nowhere')
    expect(await said()).toBe(true)
    expect(await repo.model('init')).toMatchObject({ exitCode: 0 })
    expect(await said()).toBe(false)
  })

  it('and says where a metric file has no metric', async () => {
    const repo = await gitdir({ 'a.txt': 'a' })
    const none = await repo.model('run', '--metrics', 'm.csv', '--', 'sh', '-c', 'echo name >m.csv')
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"m.csv" holds no metric') })
    const logged = await repo.model('log', '--run', 'none', '--metrics', 'm.csv')
    expect(logged.exitCode).toBe(1)
  })

  it('and no outputs that another run wrote after it had ended, unless somebody insists', async () => {
    const repo = await gitdir({ '.gitignore': '*.pt\n' })
    for (const name of ['one', 'two'])
      await repo.model('run', '-n', name, '--', 'sh', '-c', `echo ${name} >w.pt`)
    const later = new Date(Date.now() + 60_000)
    utimesSync(repo.path('w.pt'), later, later)
    const refused = await repo.model('log', '--run', 'one', '--output', 'w.pt')
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toMatch(/^error: w\.pt was written at \S+, after run [0-9a-f]{12} one had ended$/m)
    expect(refused.stderr).toMatch(/^hint: git model log --run [0-9a-f]{12} --output w\.pt --force {3}\(/m)
    expect(await shown(repo, 'one')).not.toHaveProperty('outputs')
    expect(await repo.model('log', '--run', 'one', '--output', 'w.pt', '--force')).toMatchObject({
      exitCode: 0,
    })
    expect((await shown(repo, 'one')).outputs!.files).toMatchObject([{ path: 'w.pt' }])
  })

  it('and git model checkout restores nothing else as its own', async () => {
    const attributes = '*.pt filter=lfs diff=lfs merge=lfs -text\n'
    const config = 'models: {w: {path: w.pt}}\n'
    const repo = await gitdir({ '.gitmodel.yaml': config, '.gitattributes': attributes })
    await repo.commit({ 'w.pt': 'before' })
    await repo.model('run', '-n', 'none', '--', 'sh', '-c', 'echo after >w.pt')
    const ran = await repo.model('checkout', 'none')
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toMatch(/^error: run [0-9a-f]{12} none kept no weights$/m)
    const hint = /^hint: (git model checkout .*?) {3}/m.exec(ran.stderr)![1]!
    await repo.git('checkout', '--', 'w.pt')
    expect(await repo.exec('sh', ['-c', hint])).toMatchObject({ exitCode: 0 })
    expect(await repo.read('w.pt')).toBe('before')
  })
})
