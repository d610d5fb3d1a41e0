import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openWithTips } from '../../src/git/open-with-tips.ts'
import { readTips, readTipsOf } from '../../src/git/read-tips.ts'
import { openRepository } from '../../src/git/repository.ts'
import { gitdir, temporaryFolder } from '../support/repo.ts'

async function expectSame(cwd: string): Promise<void> {
  const repo = await openRepository({ cwd, env: process.env, now: Date.now })
  const opened = await openWithTips(cwd)
  expect(opened).toEqual({ repo, tips: await readTips(repo) })
}

it('says of a repository and of its refs what git says with a process for each', async () => {
  const repo = await gitdir({})
  await expectSame(repo.dir)
  await repo.commit({ 'data/a': 'one' })
  await expectSame(repo.path('data'))
  const refs = [
    'refs/notes/model/runs',
    'refs/model/runs',
    'refs/model/remotes/a/refs/model/runs',
    'refs/modelx',
  ]
  for (const ref of refs) await repo.git('update-ref', ref, 'HEAD')
  await repo.git('update-ref', 'refs/heads/refs/notes/model/runs', 'HEAD')
  await repo.git('tag', '-a', '-m', 'one', 'one')
  await repo.git('update-ref', 'refs/model/tagged', 'one')
  await repo.git('symbolic-ref', 'refs/model/link', 'refs/model/tagged')
  await expectSame(repo.dir)
  await repo.git('pack-refs', '--all')
  await repo.git('worktree', 'add', '--quiet', '--detach', repo.path('other'))
  await repo.git('-C', repo.path('other'), 'commit', '--quiet', '--allow-empty', '-m', 'elsewhere')
  await expectSame(repo.path('other'))
  expect((await openWithTips(repo.dir)).tips.size).toBe(5)
})

it.each(['refs/heads/', 'refs/tags/', 'refs/remotes/', 'refs/'])(
  'takes nothing below %s for a ref of ours',
  async (folder) => {
    const repo = await gitdir({ 'data/a': 'one' })
    await repo.git('update-ref', 'refs/notes/model/runs', 'HEAD')
    await repo.git('update-ref', `${folder}refs/notes/model/cards`, 'HEAD')
    const tips = await readTipsOf(
      { root: repo.dir, commonDir: repo.path('.git') },
      new Set(['refs/notes/model/runs', 'refs/notes/model/cards']),
    )
    expect([...tips.keys()]).toEqual(['refs/notes/model/runs'])
  },
)

it('keeps a ref whose object is lost, which is not one that was never there', async () => {
  const repo = await gitdir()
  const lost = '1234567890'.repeat(4)
  await repo.git('update-ref', 'refs/notes/model/runs', 'HEAD')
  writeFileSync(repo.path('.git/refs/notes/model/runs'), `${lost}\n`)
  expect((await openWithTips(repo.dir)).tips).toEqual(new Map([['refs/notes/model/runs', lost]]))
  expect(await repo.model('runs')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('doctor') })
})

it('lists runs and compares commits with two processes of git', async () => {
  const repo = await gitdir({ '.gitmodel.yaml': 'metrics:\n  acc: {goal: max, primary: true}\n' })
  for (const acc of ['0.1', '0.2']) {
    await repo.commit({ 'train.py': `acc = ${acc}\n` })
    await repo.exec(process.execPath, [program, 'run', '--metrics', 'm.json', '--', ...writes(acc)])
  }
  await repo.model('runs')
  await repo.model('diff', 'HEAD~1', 'HEAD')
  const bin = temporaryFolder()
  const log = path.join(bin, 'log')
  const git = (await repo.exec('sh', ['-c', 'command -v git'])).stdout.trim()
  writeFileSync(path.join(bin, 'git'), `#!/bin/sh\necho "$1" >>'${log}'\nexec '${git}' "$@"\n`)
  chmodSync(path.join(bin, 'git'), 0o755)
  const env = { PATH: `${bin}${path.delimiter}${process.env['PATH']}` }
  for (const args of [['runs', '--sort', 'metrics.acc'], ['best'], ['diff', 'HEAD~1', 'HEAD', '--json']]) {
    writeFileSync(log, '')
    const ran = await repo.modelIn('.', args, { env })
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(ran.stdout).toMatch(args[0] === 'best' ? /^[0-9a-f]{40}\n$/ : /\b0\.2\b/)
    expect(readFileSync(log, 'utf8').split('\n').sort()).toEqual(['', 'cat-file', 'rev-parse'])
  }
})

const program = path.resolve(import.meta.dirname, '../../dist/bin.js')

function writes(acc: string): string[] {
  return [process.execPath, '-e', `require('fs').writeFileSync('m.json', '{"acc": ${acc}}')`]
}
