import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { teams, type TestRepo } from '../support/repo.ts'

const HOUR = 3_600_000

/** Leaves a run whose processes are of another machine, and of which nothing was heard for some hours. */
async function leaveRun(repo: TestRepo, hours: number): Promise<void> {
  await repo.exec('sh', [
    '-c',
    `git model run -n far -- sh -c 'git model log acc=0.5; kill -9 $PPID; kill -9 $$'`,
  ])
  const root = repo.path('.git/model/journal')
  for (const run of readdirSync(root)) {
    for (const name of readdirSync(path.join(root, run))) {
      const file = path.join(root, run, name)
      const text = readFileSync(file, 'utf8')
      const then = Date.now() - hours * HOUR
      writeFileSync(
        file,
        text
          .replace(/"host":"[^"]*"/g, '"host":"another:boot"')
          .replace(/"time":\d{13}/g, `"time":${Math.round(then)}`),
      )
      utimesSync(file, new Date(then), new Date(then))
    }
  }
}

interface Finding {
  state: string
  message: string
}

async function findings(repo: TestRepo, ...flags: string[]): Promise<Finding[]> {
  const { findings: found } = JSON.parse((await repo.model('doctor', '--json', ...flags)).stdout) as {
    findings: Finding[]
  }
  return found.filter(({ state }) => state !== 'ok')
}

test('a run of another machine is told, and goes on for a day', async () => {
  const { alice } = await teams()
  await leaveRun(alice, 3.5)
  const expected = [
    {
      state: 'warn',
      message:
        '1 run of another machine or container cannot be judged from here, and is in this clone alone: far (last heard of 3 hours ago)',
    },
  ]
  expect(await findings(alice)).toMatchObject(expected)
  expect(await findings(alice, '--fix')).toMatchObject(expected)
  expect((await alice.model('runs')).stdout).toContain('running')
})

test('one of which nothing was heard for a day is closed as killed, with what it logged', async () => {
  const { alice, bob } = await teams()
  await leaveRun(alice, 30)
  expect(await findings(alice)).toMatchObject([
    { state: 'warn', message: expect.stringContaining('30 hours ago') },
  ])
  expect(await findings(alice, '--fix')).toMatchObject([
    { state: 'fixed', message: expect.stringContaining('wrote 1 run into git as killed') },
  ])
  expect(await findings(alice)).toEqual([])
  await alice.model('sync')
  await bob.model('sync')
  const { stdout } = await bob.model('show', 'far')
  expect(stdout).toContain('killed')
  expect(stdout).toContain('acc')
})
