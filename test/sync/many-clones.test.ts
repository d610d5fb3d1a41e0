import { execa } from 'execa'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { serveRepository } from '../support/git-daemon.ts'
import { randomNumbers, runKilled } from '../support/process-group.ts'
import { clone, gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

// `npm run test:soak` sets these higher.
const CLONES = Number(process.env['CLONES'] ?? 4)
const RUNS = Number(process.env['RUNS_PER_CLONE'] ?? 3)
const METADATA = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/notes/model', 'refs/model/runs']
const program = path.resolve(import.meta.dirname, '../../dist/bin.js')

async function bare(first: TestRepo): Promise<string> {
  const origin = path.join(temporaryFolder(), 'origin.git')
  await execa('git', ['init', '--quiet', '--bare', origin])
  await first.git('remote', 'add', 'origin', origin)
  await first.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  return origin
}

async function sync(repo: TestRepo): Promise<void> {
  const ran = await repo.model('sync')
  expect(ran.exitCode, ran.stderr).toBe(0)
}

async function countRuns(repo: TestRepo): Promise<number> {
  return (await repo.git('notes', '--ref=model/runs', 'list')).split('\n').filter(Boolean).length
}

describe('many clones of one remote', () => {
  it(
    `${CLONES} clones with ${RUNS} runs each, which push at once while pushes are killed, end up the same`,
    { timeout: 120_000 + CLONES * RUNS * 20_000 },
    async () => {
      const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
      const origin = await bare(await gitdir({ 'train.py': 'print(1)\n' }))
      const address = await serveRepository(origin)
      const repos = await Promise.all(Array.from({ length: CLONES }, () => clone(address)))
      await Promise.all(repos.map((repo) => repo.model('init')))
      const start = performance.now()
      await sync(repos[0]!)
      const took = performance.now() - start
      let killed = 0
      await Promise.all(
        repos.map(async (repo, index) => {
          const random = randomNumbers(seed + index)
          for (let run = 0; run < RUNS; run++) {
            const script = `git model log acc=0.${run} --step ${run}`
            const ran = await repo.model('run', '-n', `c${index}-r${run}`, '--', 'sh', '-c', script)
            expect(ran.exitCode, ran.stderr).toBe(0)
            const after = random() < 0.5 ? random() * 2 * took : 600_000
            const push = await runKilled(repo.dir, process.execPath, [program, 'sync'], {
              after,
              whole: true,
            })
            if (push.exitCode === null) killed += 1
            else expect(push.exitCode, `seed ${seed}: ${push.stderr}`).toBe(0)
          }
        }),
      )
      expect(killed, `seed ${seed}`).toBeGreaterThan(0)
      for (const repo of repos) {
        const mended = await repo.model('doctor', '--fix')
        expect(mended.exitCode, mended.stdout).toBe(0)
        await sync(repo)
      }
      await Promise.all(repos.map((repo) => sync(repo)))
      const states = await Promise.all(repos.map((repo) => repo.git(...METADATA)))
      expect(new Set(states).size, `seed ${seed}`).toBe(1)
      const remote = await execa('git', METADATA, { cwd: origin })
      expect(remote.stdout).toBe(states[0])
      for (const repo of repos) {
        expect(await countRuns(repo), `seed ${seed}`).toBe(CLONES * RUNS)
        expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
      }
      expect((await execa('git', ['fsck', '--full', '--no-dangling'], { cwd: origin })).stdout).toBe('')
    },
  )

  it(
    'a remote that moves during every push, and then is busy without moving, is caught up with',
    { timeout: 300_000 },
    async () => {
      const alice = await gitdir()
      const origin = await bare(alice)
      const bob = await clone(origin)
      // What somebody else publishes is made before, and waits in the remote below refs/next.
      const moves = 5
      for (let move = 0; move < moves; move++) {
        await bob.model('run', '-n', `bob${move}`, '--', 'true')
        const refs = (await bob.git(...METADATA))
          .split('\n')
          .map((line) => line.split(' ') as [string, string])
        await bob.git(
          'push',
          '--quiet',
          'origin',
          ...refs.map(([oid, ref]) => `${oid}:refs/next/${move}/${ref}`),
        )
        const updates = refs.map(([oid, ref]) => `update ${ref} ${oid}\n`)
        writeFileSync(path.join(origin, `next-${move}`), updates.join(''))
      }
      const hook = path.join(origin, 'hooks/pre-receive')
      // Git forbids to move refs while the pushed objects are in quarantine; somebody else's push is not in it.
      writeFileSync(
        hook,
        `#!/bin/sh
for next in next-*; do
  test -f "$next" || break
  env -u GIT_QUARANTINE_PATH git update-ref --stdin <"$next" && mv "$next" "done-$next"
  exit
done
test -f locked || { touch locked; echo 'error: cannot lock ref' >&2; exit 1; }
`,
      )
      chmodSync(hook, 0o755)
      await alice.model('run', '-n', 'alice', '--', 'true')
      await sync(alice)
      expect(await countRuns(alice)).toBe(moves + 1)
      await sync(bob)
      expect(await bob.git(...METADATA)).toBe(await alice.git(...METADATA))
      expect((await execa('git', METADATA, { cwd: origin })).stdout).toBe(await alice.git(...METADATA))
      expect(await bob.git('fsck', '--full', '--no-dangling')).toBe('')
    },
  )
})
