import { expect, it } from 'vitest'
import { openTestRepo, teams, type TestRepo } from '../support/repo.ts'

it('a copy of a clone that finds its run dead does not end the run of the original for everybody', async () => {
  const { alice, bob } = await teams()
  // As a backup or a snapshot of the machine would, in the middle of the run.
  const ran = await alice.model('run', '-n', 'one', '--', 'sh', '-c', 'cp -a . ../copy; git model log loss=1')
  expect(ran.exitCode, ran.stderr).toBe(0)
  const copy = openTestRepo(`${alice.dir}/../copy`)
  expect(await statusOf(copy)).toBe('killed')
  await copy.model('sync')
  await alice.model('sync')
  await copy.model('sync')
  await bob.model('sync')
  const notes = await alice.git('rev-parse', 'refs/notes/model/runs')
  for (const clone of [alice, copy, bob]) {
    expect(await statusOf(clone)).toBe('finished')
    expect(await clone.git('rev-parse', 'refs/notes/model/runs')).toBe(notes)
  }
})

async function statusOf(repo: TestRepo): Promise<string | undefined> {
  const { stdout } = await repo.model('runs', '--columns', 'status', '--format', 'csv')
  return stdout.split('\n')[1]?.trim()
}
