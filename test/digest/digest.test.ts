import { describe, expect, it } from 'vitest'
import { encodeRun } from '../../src/domain/encode-run.ts'
import { aRecord } from '../formats/arbitraries.ts'
import { commitNotes, runId } from '../index/notes-history.ts'
import { gitdir, teams, type TestRepo } from '../support/repo.ts'

const CONFIG = 'metrics:\n  val/acc: {goal: max, primary: true}\n'

async function train(repo: TestRepo, name: string, accuracy: number): Promise<void> {
  const ran = await repo.model('run', '-n', name, '--', 'sh', '-c', `git model log val/acc=${accuracy}`)
  expect(ran).toMatchObject({ exitCode: 0 })
}

/** Subjects of commits, each with its digest. */
async function log(repo: TestRepo): Promise<string[]> {
  const text = await repo.git('log', '--format=%s: %N%x00')
  return text.split('\0').flatMap((line) => line.trim() || [])
}

describe('the digest for git log', () => {
  it('follows runs, the goal, links and what teammates did, and is never shared', async () => {
    const { origin, alice, bob } = await teams({ '.gitmodel.yaml': CONFIG, 'train.py': 'print(1)\n' })
    await train(alice, 'one', 0.5)
    expect(await log(alice)).toEqual(['set up git-model: 1 run, val/acc 0.5', 'first:'])
    await train(alice, 'two', 0.91666)
    expect(await log(alice)).toEqual(['set up git-model: 2 runs, best val/acc 0.9167', 'first:'])
    expect(await alice.git('log', '-1')).toContain('Notes (model-view/log):\n    2 runs, best val/acc 0.9167')

    await alice.git('push', '--quiet')
    await bob.git('pull', '--quiet')
    // Nothing was merged, so no hook ran: whoever reads next folds in what came.
    await bob.model('runs')
    expect(await log(bob)).toEqual(['set up git-model: 2 runs, best val/acc 0.9167', 'first:'])
    const shared = await bob.git('ls-remote', origin)
    expect(shared).toContain('refs/notes/model/runs')
    expect(shared).not.toContain('model-view')

    expect(await bob.model('link', 'one', 'HEAD^')).toMatchObject({ exitCode: 0 })
    expect(await log(bob)).toEqual([
      'set up git-model: 2 runs, best val/acc 0.9167',
      'first: 1 run, val/acc 0.5',
    ])
    await bob.commit({ '.gitmodel.yaml': CONFIG.replace('max', 'min') }, 'the other goal')
    await train(bob, 'three', 0.7)
    expect(await log(bob)).toEqual([
      'the other goal: 1 run, val/acc 0.7',
      'set up git-model: 2 runs, best val/acc 0.5',
      'first: 1 run, val/acc 0.5',
    ])
  })

  it('goes away where it is turned off, and with git model init --remove', async () => {
    const repo = await gitdir({ '.gitmodel.yaml': CONFIG })
    const shown = async (): Promise<string> =>
      (await repo.exec('git', ['config', 'notes.displayRef'])).stdout.trim()
    const refs = (): Promise<string> => repo.git('for-each-ref', 'refs/notes/model-view')
    await repo.model('init')
    await train(repo, 'one', 0.5)
    expect([await shown(), await refs()]).toEqual([
      'refs/notes/model-view/log',
      expect.stringContaining('refs/notes/model-view/log') as string,
    ])
    await repo.git('config', 'model.digest', 'false')
    expect((await repo.model('doctor')).stdout).toMatch(/^warn +digest: model\.digest is false/m)
    await train(repo, 'two', 0.6)
    expect(await refs()).toBe('')
    expect((await repo.model('doctor', '--fix')).stdout).toMatch(/digest: git log shows no runs/)
    expect(await shown()).toBe('')

    await repo.git('config', 'model.digest', 'true')
    expect((await repo.model('doctor', '--fix')).stdout).toMatch(/^fixed +digest/m)
    expect(await log(repo)).toEqual(['first: 2 runs, best val/acc 0.6'])
    await repo.model('init', '--remove')
    expect([await shown(), await refs()]).toEqual(['', ''])
  })

  it('makes digests anew where they were lost', async () => {
    const repo = await gitdir({ '.gitmodel.yaml': CONFIG })
    const commit = await repo.git('rev-parse', 'HEAD')
    await repo.model('init')
    const { metrics: _, ...bare } = aRecord()
    const record = { ...bare, run: runId(0), code: { ...bare.code, commit } }
    await commitNotes(repo, [[`aa/${runId(0).slice(2)}`, encodeRun(record)]])
    await repo.model('init')
    expect(await log(repo)).toEqual(['first: 1 run'])
    await repo.git('update-ref', '-d', 'refs/notes/model-view/log')
    await train(repo, 'other', 1)
    expect(await log(repo)).toEqual(['first: 2 runs, best val/acc 1'])
  })
})
