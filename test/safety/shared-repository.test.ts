import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openTestRepo, temporaryFolder, type TestRepo } from '../support/repo.ts'

/** A repository as `git init` makes it, in which runs were recorded by somebody whose files only the owner may write. */
async function recordRuns(...options: string[]): Promise<TestRepo> {
  const dir = temporaryFolder()
  const repo = openTestRepo(dir)
  await repo.git('init', '--quiet', ...options)
  await repo.commit({ 'train.sh': 'git model log acc=0.5 --step 1\necho weights > digits.pt\n' })
  const ran = await repo.exec('sh', [
    '-c',
    'umask 022 && git model init && for i in 1 2 3 4; do git model run --output digits.pt -- sh train.sh || exit; done',
  ])
  expect(ran.stderr + String(ran.exitCode)).toMatch(/0$/)
  return repo
}

function foldersBelow(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true })
  return [
    folder,
    ...below.filter((entry) => entry.isDirectory()).map((one) => path.join(one.parentPath, one.name)),
  ]
}

function areOpen(repo: TestRepo, name: string): string[] {
  return foldersBelow(repo.path(name)).filter((folder) => (statSync(folder).mode & 0o020) === 0)
}

describe('a repository that a group shares', () => {
  test('keeps all folders of objects and ours open to the group, whatever the umask', async () => {
    const repo = await recordRuns('--shared=group')
    expect(areOpen(repo, '.git/objects')).toEqual([])
    expect(areOpen(repo, '.git/lfs')).toEqual([])
    expect(areOpen(repo, '.git/model')).toEqual([])
  })

  test('is none unless git is told so', async () => {
    const repo = await recordRuns()
    expect(areOpen(repo, '.git/model')).toContain(repo.path('.git/model'))
  })
})
