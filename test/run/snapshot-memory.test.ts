import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openRepository, requireHead } from '../../src/git/repository.ts'
import { SnapshotMemory } from '../../src/git/snapshot-memory.ts'
import { takeSnapshot } from '../../src/git/snapshot.ts'
import { gitdir } from '../support/repo.ts'

/** Longer than the clock of any file system that tests run on counts at a time. */
const TICK = 50

it('is what a snapshot that knows nothing is, whatever happens in between', async () => {
  const repo = await gitdir({ 'train.py': 'print(1)\n', 'lib/a.py': 'a = 1\n', '.gitignore': 'out/\n' })
  const world = { cwd: repo.dir, env: process.env, now: Date.now }
  const memory = new SnapshotMemory(await openRepository(world), TICK)
  const overwrite = (name: string, text: string): void => {
    const { atime, mtime } = statSync(repo.path(name))
    writeFileSync(repo.path(name), text)
    utimesSync(repo.path(name), atime, mtime)
  }
  const steps: Record<string, () => unknown> = {
    'nothing yet': () => {},
    'a change': () => repo.write('train.py', 'print(2)\n'),
    'one of the same size': () => repo.write('train.py', 'print(3)\n'),
    'one of the same size and time': () => overwrite('train.py', 'print(4)\n'),
    'a new file': () => repo.write('new.py', 'b = 1\n'),
    'a change of it': () => overwrite('new.py', 'b = 2\n'),
    'a file in a new folder': () => (
      mkdirSync(repo.path('deep/er'), { recursive: true }),
      repo.write('deep/er/c.py', 'c\n')
    ),
    'an ignored file': () => (mkdirSync(repo.path('out')), repo.write('out/log', 'x\n')),
    'a staged change': () => repo.git('add', 'train.py'),
    'a change beyond the staged one': () => repo.write('train.py', 'print(5)\n'),
    'a file that is gone': () => rmSync(repo.path('lib/a.py')),
    'other attributes': () => writeFileSync(repo.path('.git/info/attributes'), '*.py text eol=lf\n'),
    'a commit': () => repo.git('commit', '-qam', 'second'),
    'another branch': () => repo.git('switch', '-qc', 'other'),
    'a file that came back': () => repo.write('lib/a.py', 'a = 1\n'),
  }
  let remembered = 0
  for (const [name, step] of Object.entries(steps)) {
    await step()
    const first = await memory.take()
    await sleep(2 * TICK)
    const [later, last] = [await memory.take(), await memory.take()]
    const opened = await openRepository(world)
    const fresh = await takeSnapshot({ ...opened, ...requireHead(opened) })
    expect([name, first, later]).toEqual([name, fresh, fresh])
    if (last === later) remembered += 1
  }
  expect(remembered).toBeGreaterThan(5)
  memory.close()
})
