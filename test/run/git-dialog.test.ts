import { expect, it } from 'vitest'
import { afterLines, GitDialog } from '../../src/git/git-dialog.ts'
import { openRepository } from '../../src/git/repository.ts'
import { RunSiteSession } from '../../src/git/run-site-session.ts'
import { gitdir } from '../support/repo.ts'

it('answers in the order of the questions, and goes on after a process that ended', async () => {
  const repo = await gitdir()
  const head = await repo.git('rev-parse', 'HEAD')
  const dialog = new GitDialog({ root: repo.dir }, ['update-ref', '--stdin'])
  const create = (ref: string): Promise<string> =>
    dialog.ask(`start\ncreate refs/heads/${ref} ${head}\ncommit\n`, afterLines(2))
  expect(await Promise.all(['a', 'b', 'c'].map(create))).toEqual(Array(3).fill('start: ok\ncommit: ok\n'))
  const twice = await Promise.allSettled([create('a'), create('d')])
  expect(twice.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await create('e')).toBe('start: ok\ncommit: ok\n')
  dialog.end()
  expect(await repo.git('for-each-ref', '--format=%(refname:short)', 'refs/heads')).toBe('a\nb\nc\ne\nmain')
})

it('makes the run commits that git makes of the same, one process or many', async () => {
  const repo = await gitdir()
  const world = { cwd: repo.dir, env: process.env, now: Date.now }
  const session = new RunSiteSession(await openRepository(world))
  const { commit: parent, tree } = await session.takeSnapshot(undefined)
  const run = { parent, tree, name: 'é', nonce: 'ab' }
  const runs = await Promise.all([session.commit(run), session.commit(run)])
  await session.keep(runs[0])
  await session.keep(runs[0])
  session.close()
  const args = ['commit-tree', tree, '-p', parent, '-m', 'run: é', '-m', 'Run-Nonce: ab']
  expect(runs).toEqual(Array(2).fill(await repo.git(...args)))
  expect(await repo.git('for-each-ref', '--format=%(objectname)', 'refs/model/running')).toBe(runs[0])
  expect(await session.author()).toBe('Ada <ada@example.org>')
})
