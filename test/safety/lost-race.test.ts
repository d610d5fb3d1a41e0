import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { gitdir, teams, temporaryFolder, type TestRepo } from '../support/repo.ts'

const REFS = ['refs/notes/model/runs', 'refs/model/runs']

describe('what another program writes between our look at the refs and our write', () => {
  it('is kept in the same clone, where no lock of ours holds it up', async () => {
    const repo = await gitdir({ 'train.py': '1' })
    await repo.model('run', '--name', 'first', '--', 'true')
    const before = await tipsOf(repo)
    await repo.model('run', '--name', 'theirs', '--', 'true')
    const theirs = await tipsOf(repo)
    for (const [index, ref] of REFS.entries()) await repo.git('update-ref', ref, before[index]!)
    // Objects are written after the refs were read, and before they are moved.
    const { env, wasThere } = await gitThatWaitsFor(repo, 'fast-import', repo.dir, theirs)
    const ran = await repo.modelIn('.', ['run', '--name', 'ours', '--', 'true'], { env })
    expect([wasThere(), ran.exitCode]).toEqual([true, 0])
    expect(await namesIn(repo)).toEqual(['first', 'ours', 'theirs'])
    expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
  })

  it('is kept on a remote that moves between our fetch and our push', async () => {
    const { alice, bob, origin } = await teams({ 'train.py': '1' })
    await bob.model('run', '--name', 'theirs', '--', 'true')
    const theirs = await tipsOf(bob)
    await bob.git(
      'push',
      '--quiet',
      '--no-verify',
      'origin',
      ...theirs.map((oid, index) => `${oid}:refs/heads/waiting-${index}`),
    )
    await alice.model('run', '--name', 'ours', '--', 'true')
    const { env, wasThere } = await gitThatWaitsFor(alice, 'push', origin, theirs)
    const synced = await alice.modelIn('.', ['sync'], { env })
    expect([wasThere(), synced.exitCode], synced.stderr).toEqual([true, 0])
    expect(await namesIn(alice)).toEqual(['ours', 'theirs'])
    await bob.model('sync')
    expect(await namesIn(bob)).toEqual(['ours', 'theirs'])
  })
})

/** Makes a git that waits, the first time that it is called so, until somebody else has moved refs; else it is git. */
async function gitThatWaitsFor(
  repo: TestRepo,
  command: string,
  there: string,
  tips: readonly string[],
): Promise<{ env: { PATH: string }; wasThere: () => boolean }> {
  const [bin, done] = [temporaryFolder(), path.join(temporaryFolder(), 'done')]
  const git = (await repo.exec('sh', ['-c', 'command -v git'])).stdout.trim()
  const other = `env -u GIT_DIR -u GIT_OBJECT_DIRECTORY '${git}' -C '${there}'`
  const moves = REFS.map((ref, index) => `${other} update-ref ${ref} ${tips[index]}`).join(' && ')
  writeFileSync(
    path.join(bin, 'git'),
    `#!/bin/sh\n[ "$1" = ${command} ] && mkdir '${done}' 2>/dev/null && ${moves}\nexec '${git}' "$@"\n`,
  )
  chmodSync(path.join(bin, 'git'), 0o755)
  const env = { PATH: `${bin}${path.delimiter}${process.env['PATH']}` }
  return { env, wasThere: () => existsSync(done) }
}

async function tipsOf(repo: TestRepo): Promise<string[]> {
  return (await repo.git('rev-parse', ...REFS)).split('\n')
}

async function namesIn(repo: TestRepo): Promise<string[]> {
  const { stdout } = await repo.model('runs', '--json')
  return (JSON.parse(stdout) as { runs: { name: string }[] }).runs.map(({ name }) => name).sort()
}
