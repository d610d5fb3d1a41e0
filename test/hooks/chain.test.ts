import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readHookBody } from '../../src/git/package-files.ts'
import { HOOKS } from '../../src/git/hooks.ts'
import { gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

function writeHook(repo: TestRepo, file: string, body: string): void {
  mkdirSync(path.dirname(repo.path(file)), { recursive: true })
  writeFileSync(repo.path(file), body)
  chmodSync(repo.path(file), 0o755)
}

async function withRemote(): Promise<TestRepo> {
  const repo = await gitdir()
  const origin = path.join(temporaryFolder(), 'origin.git')
  await repo.git('init', '--quiet', '--bare', origin)
  await repo.git('remote', 'add', 'origin', origin)
  return repo
}

const interpreters = [
  '#!/bin/sh',
  '#!/bin/sh -e',
  '#!/usr/bin/env bash',
  '#!/bin/bash -e',
  '#!/usr/bin/env node',
]

describe('a hook that was there before', () => {
  test.each(interpreters)(
    '%s gets stdin and arguments of pre-push, and its exit code counts',
    async (shebang) => {
      const repo = await withRemote()
      const trace = repo.path('.git/trace')
      const shell = `printf '%s|' "$@" > '${trace}'\ncat >> '${trace}'\n[ ! -e .git/refuse ] || exit 7\n`
      const script = `const fs = require('fs')\nfs.writeFileSync('${trace}', process.argv.slice(2).map((a) => a + '|').join('') + fs.readFileSync(0, 'utf8'))\nprocess.exit(fs.existsSync('.git/refuse') ? 7 : 0)\n`
      writeHook(repo, '.git/hooks/pre-push', `${shebang}\n${shebang.endsWith('node') ? script : shell}`)
      await repo.model('init')
      const head = await repo.git('rev-parse', 'HEAD')
      const url = await repo.git('remote', 'get-url', 'origin')
      await repo.git('push', 'origin', 'main', 'main:other')
      const zero = '0'.repeat(40)
      expect(readFileSync(trace, 'utf8')).toBe(
        `origin|${url}|refs/heads/main ${head} refs/heads/main ${zero}\nrefs/heads/main ${head} refs/heads/other ${zero}\n`,
      )
      await repo.write('.git/refuse', '')
      const refused = await repo.exec('git', ['push', 'origin', 'main:third'])
      expect(refused.exitCode).toBe(1)
      expect(await repo.git('ls-remote', 'origin', 'third')).toBe('')
    },
  )

  test('of git-lfs still uploads, once', async () => {
    const repo = await withRemote()
    await repo.git('lfs', 'install', '--local')
    await repo.model('init')
    await repo.commit({ 'a.pt': 'weights' })
    const ran = await repo.exec('git', ['push', 'origin', 'main'], { env: { GIT_TRACE: '1' } })
    expect(ran.stderr.match(/trace: exec: git-lfs pre-push/g) ?? []).toHaveLength(1)
    const oid = /sha256:(\w+)/.exec(await repo.git('show', 'HEAD:a.pt'))![1]!
    const origin = await repo.git('remote', 'get-url', 'origin')
    expect(existsSync(path.join(origin, 'lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid))).toBe(true)
  })

  test('may be missing: git lfs runs all the same', async () => {
    const repo = await withRemote()
    await repo.model('init')
    await repo.commit({ 'a.pt': 'weights' })
    await repo.git('push', 'origin', 'main')
    const oid = /sha256:(\w+)/.exec(await repo.git('show', 'HEAD:a.pt'))![1]!
    const origin = await repo.git('remote', 'get-url', 'origin')
    expect(existsSync(path.join(origin, 'lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid))).toBe(true)
  })

  test('may be a relative link to a script in the repository', async () => {
    const repo = await gitdir()
    writeHook(repo, 'scripts/check.sh', '#!/bin/sh\necho linked >> .git/trace\n')
    symlinkSync('../../scripts/check.sh', repo.path('.git/hooks/pre-commit'))
    await repo.model('init')
    await repo.git('commit', '--quiet', '--allow-empty', '-m', 'one')
    expect(await repo.read('.git/trace')).toBe('linked\n')
  })

  test('that is not executable is not run, as git does not run it', async () => {
    const repo = await gitdir()
    writeFileSync(repo.path('.git/hooks/pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o644 })
    await repo.model('init')
    expect((await repo.exec('git', ['commit', '--allow-empty', '-m', 'one'])).exitCode).toBe(0)
  })

  test('runs in a linked work tree, and GIT_MODEL_HOOKS=0 does not skip it', async () => {
    const repo = await gitdir()
    writeHook(repo, '.git/hooks/pre-commit', '#!/bin/sh\npwd >> "$(git rev-parse --git-common-dir)/trace"\n')
    await repo.model('init')
    const linked = path.join(temporaryFolder(), 'linked')
    await repo.git('worktree', 'add', '--quiet', linked)
    const env = { GIT_MODEL_HOOKS: '0' }
    expect(
      (await repo.exec('git', ['commit', '--allow-empty', '-m', 'one'], { cwd: linked, env })).exitCode,
    ).toBe(0)
    expect(await repo.read('.git/trace')).toBe(`${linked}\n`)
  })

  test('of a second tool that overwrote ours is chained behind the first', async () => {
    const repo = await gitdir()
    writeHook(repo, '.git/hooks/pre-commit', '#!/bin/sh\necho first >> .git/trace\n')
    await repo.model('init')
    writeHook(repo, '.git/hooks/pre-commit', '#!/bin/sh\necho second >> .git/trace\n')
    await repo.model('init')
    await repo.git('commit', '--quiet', '--allow-empty', '-m', 'one')
    expect(await repo.read('.git/trace')).toBe('first\nsecond\n')
    const ran = await repo.model('init', '--remove')
    expect(await repo.read('.git/hooks/pre-commit')).toContain('second')
    expect(ran.stderr).toContain('pre-commit.before-git-model stays aside')
  })
})

// Since git 2.54; before, git does not know the event and runs the hook of the folder alone.
test('a hook of the configuration runs before the one that was there', async () => {
  const repo = await withRemote()
  const script = (name: string) => `echo ${name} "$@" >> .git/trace; cat >> .git/trace`
  writeHook(repo, '.git/hooks/pre-push', `#!/bin/sh\n${script('folder')}\n`)
  await repo.model('init')
  await repo.git('config', 'hook.mine.command', `f() { ${script('configured')}; }; f`)
  await repo.git('config', 'hook.mine.event', 'pre-push')
  await repo.git('push', '--quiet', 'origin', 'main')
  const [, major, minor] = /(\d+)\.(\d+)/.exec(await repo.git('--version'))!.map(Number)
  const names = (await repo.read('.git/trace')).match(/^(?:configured|folder)(?= origin )/gm)
  expect(names).toEqual(major! > 2 || minor! >= 54 ? ['configured', 'folder'] : ['folder'])
})

describe('our hooks', () => {
  test('are a screenful each, and name themselves and their version in the second line', () => {
    for (const name of HOOKS) {
      const lines = readHookBody(name).split('\n')
      expect(lines.length).toBeLessThanOrEqual(53)
      expect(lines[1]).toMatch(new RegExp(`^# git-model hook ${name}, version \\d+$`))
    }
  })

  test('of an earlier version are replaced, of a newer one left alone', async () => {
    const repo = await gitdir()
    await repo.model('init')
    writeHook(repo, '.git/hooks/pre-push', '#!/bin/sh\n# git-model hook pre-push, version 0\nexit 1\n')
    const newer = '#!/bin/sh\n# git-model hook pre-commit, version 99\nexit 0\n'
    writeHook(repo, '.git/hooks/pre-commit', newer)
    chmodSync(repo.path('.git/hooks/post-merge'), 0o644)
    rmSync(repo.path('.git/hooks/post-rewrite'))
    const ill = await repo.model('doctor')
    expect(ill.stdout).toContain(
      'pre-push is of an earlier version, or edited, post-merge is not executable, post-rewrite is missing',
    )
    expect(ill.stdout).toContain('a newer git-model wrote the hooks')
    await repo.model('init')
    expect(await repo.read('.git/hooks/pre-push')).toBe(readHookBody('pre-push'))
    expect(await repo.read('.git/hooks/pre-commit')).toBe(newer)
    expect(existsSync(repo.path('.git/hooks/pre-push.before-git-model'))).toBe(false)
  })

  test('that the pre-commit framework moved aside are still ours', async () => {
    const repo = await gitdir()
    writeHook(repo, '.git/hooks/pre-commit', '#!/bin/sh\necho mine >> .git/trace\n')
    await repo.model('init')
    await repo.git('mv', '-k', 'x', 'y')
    const hook =
      '#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\nHERE="$(cd "$(dirname "$0")" && pwd)"\n# hook-impl\n"$HERE/pre-commit.legacy" "$@"\n'
    const ours = readHookBody('pre-commit')
    writeHook(repo, '.git/hooks/pre-commit.legacy', ours)
    writeHook(repo, '.git/hooks/pre-commit', hook)
    await repo.git('commit', '--quiet', '--allow-empty', '-m', 'one')
    expect(await repo.read('.git/trace')).toBe('mine\n')
    expect((await repo.model('doctor')).exitCode).toBe(0)
    await repo.model('init', '--remove')
    expect(await repo.read('.git/hooks/pre-commit.legacy')).toContain('mine')
    expect(await repo.read('.git/hooks/pre-commit')).toBe(hook)
  })

  test('that pre-commit moved aside though they chain pre-commit run nothing twice', async () => {
    const repo = await gitdir()
    const hook =
      '#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\nHERE="$(cd "$(dirname "$0")" && pwd)"\n[ -z "$PRE_COMMIT_RUNNING_LEGACY" ] || exit 1\necho framework >> .git/trace\nexport PRE_COMMIT_RUNNING_LEGACY=1\n[ ! -x "$HERE/pre-commit.legacy" ] || "$HERE/pre-commit.legacy" "$@" # hook-impl\n'
    writeHook(repo, '.git/hooks/pre-commit', hook)
    const before = await repo.read('.git/hooks/pre-commit')
    await repo.model('init')
    renameSync(repo.path('.git/hooks/pre-commit'), repo.path('.git/hooks/pre-commit.legacy'))
    writeHook(repo, '.git/hooks/pre-commit', hook)
    await repo.git('commit', '--quiet', '--allow-empty', '-m', 'one')
    expect(await repo.read('.git/trace')).toBe('framework\n')
    await repo.model('init', '--remove')
    expect(await repo.read('.git/hooks/pre-commit')).toBe(before)
    expect(readdirSync(repo.path('.git/hooks')).filter((name) => /legacy|before/.test(name))).toEqual([])
  })

  test('leave no copy behind that another tool moved aside', async () => {
    const repo = await gitdir()
    await repo.model('init')
    renameSync(repo.path('.git/hooks/pre-commit'), repo.path('.git/hooks/pre-commit.old'))
    writeHook(repo, '.git/hooks/pre-commit', '#!/bin/sh\necho other >> .git/trace\n')
    expect((await repo.model('doctor', '--fix')).exitCode).toBe(0)
    expect(existsSync(repo.path('.git/hooks/pre-commit.old'))).toBe(false)
    await repo.git('commit', '--quiet', '--allow-empty', '-m', 'one')
    expect(await repo.read('.git/trace')).toBe('other\n')
  })

  test('stay in force when git lfs install comes after them', async () => {
    const repo = await gitdir()
    await repo.model('init')
    const polite = await repo.exec('git', ['lfs', 'install', '--local'])
    expect(polite.exitCode).not.toBe(0)
    expect((await repo.model('doctor')).exitCode).toBe(0)
    await repo.git('lfs', 'install', '--local', '--force')
    await repo.git('lfs', 'update', '--force')
    expect((await repo.model('doctor')).stdout).toContain('pre-push was overwritten')
    expect((await repo.model('doctor', '--fix')).exitCode).toBe(0)
    expect((await repo.model('doctor')).stdout).toContain(
      '5 in .git/hooks; pre-push, post-merge, post-checkout run an earlier hook first',
    )
  })
})
