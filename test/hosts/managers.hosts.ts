import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import { snapshot } from '../init/snapshot.ts'
import { clone, gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

const { lefthook, preCommit } = inject('managers')

/** A way to have hooks, as the tool itself does it. */
interface Manager {
  title: string
  files: Record<string, string>
  install(repo: TestRepo): Promise<unknown>
}

const run = async (repo: TestRepo, program: string, ...args: string[]): Promise<void> => {
  const ran = await repo.exec(program, args)
  expect(ran.exitCode, ran.stderr + ran.stdout).toBe(0)
}

const MANAGERS: Manager[] = [
  {
    title: 'lefthook',
    files: {
      'lefthook.yml': [
        'output: [failure]',
        'pre-commit: {commands: {a: {run: "echo pre-commit >> .git/trace; test ! -e .git/refuse"}}}',
        'pre-push: {commands: {a: {run: "echo pre-push {1} >> .git/trace; cat >> .git/trace; test ! -e .git/refuse", use_stdin: true}}}',
        '',
      ].join('\n'),
    },
    install: (repo) => run(repo, lefthook, 'install', '--force'),
  },
  {
    title: 'pre-commit',
    files: {
      '.pre-commit-config.yaml': [
        'repos:',
        '- repo: local',
        '  hooks:',
        `  - {id: a, name: a, entry: sh -c 'echo pre-commit >> .git/trace; test ! -e .git/refuse', language: system, always_run: true, pass_filenames: false, stages: [pre-commit]}`,
        `  - {id: b, name: b, entry: sh -c 'echo pre-push $PRE_COMMIT_REMOTE_NAME >> .git/trace; test ! -e .git/refuse', language: system, always_run: true, pass_filenames: false, stages: [pre-push]}`,
        '',
      ].join('\n'),
    },
    install: (repo) => run(repo, preCommit, 'install', '-t', 'pre-commit', '-t', 'pre-push'),
  },
]

describe.each(MANAGERS)('$title', (manager) => {
  let repo: TestRepo
  let count = 0
  beforeEach(async () => {
    repo = await gitdir(manager.files)
    const origin = path.join(temporaryFolder(), 'origin.git')
    await repo.git('init', '--quiet', '--bare', origin)
    await repo.git('remote', 'add', 'origin', origin)
    await repo.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  })

  /** Both hooks of the manager run once and can refuse, git-lfs and git-model do their part after them. */
  async function expectAll(): Promise<void> {
    const name = `weights-${++count}.pt`
    rmSync(repo.path('.git/trace'), { force: true })
    await repo.commit({ [name]: name })
    expect((await repo.model('run', '-n', `run-${count}`, '--', 'true')).exitCode).toBe(0)
    const ran = await repo.exec('git', ['push'])
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(ran.stderr).toContain('sent 1 run')
    const trace = (await repo.read('.git/trace')).split('\n')
    expect(trace.filter((line) => line.startsWith('pre-'))).toEqual(['pre-commit', 'pre-push origin'])
    if (manager.title === 'lefthook')
      expect(trace[2]).toMatch(/^refs\/heads\/main [0-9a-f]{40} refs\/heads\/main /)
    const there = await clone(await repo.git('remote', 'get-url', 'origin'))
    expect(await there.read(name)).toBe(name)

    const head = await repo.git('rev-parse', 'HEAD')
    await repo.write('.git/refuse', '')
    await repo.write('more.txt', String(count))
    await repo.git('add', 'more.txt')
    expect((await repo.exec('git', ['commit', '-m', 'refused'])).exitCode).toBe(1)
    await repo.git('commit', '--quiet', '--no-verify', '-m', 'not asked')
    expect((await repo.exec('git', ['push'])).exitCode).toBe(1)
    expect(await repo.git('ls-remote', 'origin', 'main')).toContain(head)
    rmSync(repo.path('.git/refuse'))
    expect((await repo.exec('git', ['push'])).exitCode).toBe(0)
  }

  test('before git-model, again over it, and mended; removal leaves what the manager wrote', async () => {
    await manager.install(repo)
    const before = snapshot(repo.path('.git/hooks'))
    expect((await repo.model('init')).exitCode).toBe(0)
    await expectAll()
    for (let again = 0; again < 2; again++) {
      await manager.install(repo)
      const doctor = await repo.model('doctor')
      if (manager.title === 'pre-commit') expect(doctor.exitCode).toBe(0)
      else expect(doctor.stdout).toContain('pre-commit was overwritten, pre-push was overwritten')
      expect((await repo.model('doctor', '--fix')).exitCode).toBe(0)
      await expectAll()
    }
    expect((await repo.model('init', '--remove')).exitCode).toBe(0)
    expect(snapshot(repo.path('.git/hooks'))).toEqual(before)
    await repo.commit({ 'last.txt': 'last' })
    expect((await repo.exec('git', ['push'])).exitCode).toBe(0)
  })

  test('after git-model, and mended; removal leaves what the manager wrote', async () => {
    const other = await gitdir(manager.files)
    await manager.install(other)
    const alone = path.join(temporaryFolder(), 'hooks')
    cpSync(other.path('.git/hooks'), alone, { recursive: true })
    expect((await repo.model('init')).exitCode).toBe(0)
    await manager.install(repo)
    expect((await repo.model('doctor', '--fix')).exitCode).toBe(0)
    await expectAll()
    expect((await repo.model('init', '--remove')).exitCode).toBe(0)
    expect(Object.keys(snapshot(repo.path('.git/hooks')))).toEqual(Object.keys(snapshot(alone)))
  })
})
