import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

// git gc removes empty folders of objects. Where it removes the one that another git has just made, that git says this.
const SAID = 'error: unable to create temporary file: No such file or directory'
// And this, where what it takes away is the folder of what is written together, or an object that no ref reaches yet.
const SAID_OF_BATCH =
  'error: unable to write file .git/objects/tmp_objdir-bulk-fsync-mVq6kC/4b/825d: No such file or directory'
const SAID_OF_TREE = `fatal: ${'4b'.repeat(20)} is not a valid object`

/** Makes a git that loses that race the first few times that it writes objects, and is git otherwise. */
async function unluckyGit(repo: TestRepo, losses: number, said: string): Promise<string> {
  const folder = path.join(temporaryFolder(), 'bin')
  mkdirSync(folder)
  const { stdout } = await repo.exec('sh', ['-c', 'command -v git'])
  const script = `#!/bin/sh
case " $* " in *" commit-tree "* | *" write-tree "* | *" update-index "* | *" fast-import "*)
  count=$(cat '${folder}/count' 2>/dev/null || echo 0)
  if [ "$count" -lt ${losses} ]; then
    echo $((count + 1)) >'${folder}/count'
    echo '${said}' >&2
    exit 128
  fi
esac
exec '${stdout.trim()}' "$@"
`
  writeFileSync(path.join(folder, 'git'), script, { mode: 0o755 })
  return folder
}

async function run(
  repo: TestRepo,
  losses: number,
  said = SAID,
): Promise<{ exitCode: number; stderr: string }> {
  const folder = await unluckyGit(repo, losses, said)
  const env = { PATH: `${folder}${path.delimiter}${process.env['PATH']}` }
  return repo.modelIn('.', ['run', '-n', 'base', '-p', 'lr=1', '--', 'true'], { env })
}

it.each([
  [SAID, 5],
  [SAID_OF_BATCH, 5],
  [SAID_OF_TREE, 3],
])('a run is recorded though git gc takes away what is written: %s', async (said, losses) => {
  const repo = await gitdir({ 'train.py': '1' })
  await repo.write('train.py', '2')
  const { exitCode, stderr } = await run(repo, losses, said)
  expect(exitCode, stderr).toBe(0)
  expect(stderr).not.toContain(said)
  expect(await repo.git('notes', '--ref=model/runs', 'list')).toMatch(/^\w+ \w+$/)
})

it('where it goes on like that, git is believed', async () => {
  const repo = await gitdir({ 'train.py': '1' })
  const { exitCode, stderr } = await run(repo, 1000)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('No such file or directory')
})
