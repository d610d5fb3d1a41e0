import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { teams, type TestRepo } from '../support/repo.ts'

const RUN = ['run', '-n', 'one', '--', 'git', 'model', 'log', 'acc=0.5', '--step', '1']

async function findings(repo: TestRepo, ...flags: string[]): Promise<{ state: string; message: string }[]> {
  const { findings: found } = JSON.parse((await repo.model('doctor', '--json', ...flags)).stdout) as {
    findings: { state: string; message: string }[]
  }
  return found.filter(({ state }) => state !== 'ok')
}

describe('a ref whose file is empty or torn', () => {
  test.each([
    ['refs/notes/model/runs', 0],
    ['refs/notes/model/series', 17],
    ['refs/model/runs', 0],
  ])('%s of %i bytes is named, and what was recorded comes back', async (ref, length) => {
    const { alice } = await teams()
    await alice.model(...RUN)
    truncateSync(alice.path(`.git/${ref}`), length)
    const listed = await alice.model('runs')
    expect(listed.exitCode).toBe(1)
    expect(listed.stderr).toContain(`${ref} is broken`)
    expect(listed.stderr).toContain('git model doctor --fix')
    expect(await findings(alice)).toContainEqual(
      expect.objectContaining({ state: 'error', message: expect.stringContaining(`${ref} is broken`) }),
    )
    expect((await findings(alice, '--fix')).map(({ state }) => state)).not.toContain('error')
    expect(await findings(alice)).toEqual([])
    expect((await alice.model('runs')).stdout).toContain('one')
    expect((await alice.model('show', 'one')).stdout).toContain('acc')
  })

  test('comes back from what a remote had where there is no reflog', async () => {
    const { alice } = await teams()
    await alice.model(...RUN)
    await alice.model('sync')
    for (const ref of ['refs/notes/model/runs', 'refs/model/remotes/origin/notes/series']) {
      rmSync(alice.path(`.git/logs/${ref}`), { force: true })
      writeFileSync(alice.path(`.git/${ref}`), '\0'.repeat(41))
    }
    expect((await findings(alice, '--fix')).map(({ state }) => state)).not.toContain('error')
    expect((await alice.model('sync')).exitCode).toBe(0)
    expect(await findings(alice)).toEqual([])
    expect((await alice.model('runs')).stdout).toContain('one')
  })

  test('that broke while a run went on ends no wait of minutes, and the run is in its journal', async () => {
    const { alice } = await teams()
    await alice.model(...RUN)
    const start = performance.now()
    const { stderr } = await alice.model(
      'run',
      '-n',
      'two',
      '--',
      'sh',
      '-c',
      ': > .git/refs/notes/model/runs',
    )
    expect(stderr).toContain('refs/notes/model/runs is broken')
    expect(performance.now() - start).toBeLessThan(90_000)
    await alice.model('doctor', '--fix')
    const { stdout } = await alice.model('runs')
    expect(stdout).toContain('one')
    expect(stdout).toContain('two')
  })
})
