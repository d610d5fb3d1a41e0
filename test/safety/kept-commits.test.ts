import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { clone, teams, type TestRepo } from '../support/repo.ts'

async function recordRun(repo: TestRepo): Promise<string> {
  await repo.write('train.sh', 'git model log acc=0.5 --step 1\necho weights > digits.pt\n')
  const ran = await repo.model('run', '-n', 'one', '--output', 'digits.pt', '--', 'sh', 'train.sh')
  expect(ran.exitCode).toBe(0)
  return (await repo.git('notes', '--ref=model/runs', 'list')).split(' ')[1]!
}

async function isReached(repo: TestRepo, run: string): Promise<boolean> {
  return (await repo.exec('git', ['merge-base', '--is-ancestor', run, 'refs/model/runs'])).exitCode === 0
}

interface Finding {
  check: string
  state: string
  message: string
}

async function findings(repo: TestRepo, ...flags: string[]): Promise<Finding[]> {
  const { findings: found } = JSON.parse((await repo.model('doctor', '--json', ...flags)).stdout) as {
    findings: Finding[]
  }
  return found.filter(({ state }) => state !== 'ok')
}

describe('a keep chain that was deleted', () => {
  test('is made again by a sync, before it sends records that need it', async () => {
    const { alice, origin } = await teams()
    const run = await recordRun(alice)
    await alice.git('update-ref', '-d', 'refs/model/runs')
    expect((await alice.model('sync')).exitCode).toBe(0)
    await alice.git('gc', '--quiet', '--prune=now')
    expect(await isReached(alice, run)).toBe(true)
    const carol = await clone(origin)
    await carol.git('fetch', '--quiet', 'origin', 'refs/model/runs:refs/model/runs')
    expect(await isReached(carol, run)).toBe(true)
    expect(await carol.git('ls-tree', '-r', '--name-only', 'refs/model/runs^2')).toContain('digits.pt')
  })

  test('is found and made again by the doctor', async () => {
    const { alice } = await teams()
    const run = await recordRun(alice)
    await alice.git('update-ref', '-d', 'refs/model/runs')
    expect(await findings(alice)).toMatchObject([
      { check: 'kept', state: 'error', message: expect.stringContaining('does not reach 2 commits') },
    ])
    expect(await findings(alice, '--fix')).toMatchObject([{ check: 'kept', state: 'fixed' }])
    expect(await isReached(alice, run)).toBe(true)
    expect(await findings(alice)).toEqual([])
  })

  test('whose commits git gc took is an error, and a sync says so', async () => {
    const { alice } = await teams()
    await recordRun(alice)
    await alice.git('update-ref', '-d', 'refs/model/runs')
    await alice.git('gc', '--quiet', '--prune=now')
    expect(await findings(alice, '--fix')).toMatchObject([
      {
        check: 'kept',
        state: 'error',
        message: expect.stringContaining('2 commits of recorded runs are not here'),
      },
    ])
    const { exitCode, stderr } = await alice.model('sync')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('2 commits of what was sent are not here')
  })

  test('does not keep a commit that only a record of somebody else names', async () => {
    const { alice } = await teams()
    const run = await recordRun(alice)
    const secret = await alice.commit({ 'secret.txt': 'secret' })
    const note = await alice.git('notes', '--ref=model/runs', 'show', run)
    writeFileSync(alice.path('.git/note'), note.replace(/^ {2}commit: \w{40}$/m, `  commit: ${secret}`))
    await alice.git('notes', '--ref=model/runs', 'add', '-f', '-F', '.git/note', run)
    await alice.model('sync')
    expect(await isReached(alice, secret)).toBe(false)
  })
})

describe('a ref that was deleted', () => {
  test('of records is an error, since runs are kept of which nothing is said', async () => {
    const { alice } = await teams()
    await recordRun(alice)
    await alice.git('update-ref', '-d', 'refs/notes/model/runs')
    rmSync(alice.path('.git/model/index'), { recursive: true, force: true })
    expect(await findings(alice)).toMatchObject([
      { check: 'notes', state: 'error', message: expect.stringContaining('1 run is kept and has no record') },
    ])
  })

  test('of step histories is told', async () => {
    const { alice } = await teams()
    await recordRun(alice)
    await alice.git('update-ref', '-d', 'refs/notes/model/series')
    expect(await findings(alice)).toMatchObject([
      { check: 'notes', state: 'warn', message: expect.stringContaining('1 run has metrics and no steps') },
    ])
  })
})
