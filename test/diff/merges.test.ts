import { beforeEach, describe, expect, it } from 'vitest'
import { gitdir, type TestRepo } from '../support/repo.ts'

// What git itself makes of a branch when it comes back, with weights in Git LFS and a base that moved meanwhile.
const CONFIG = `models:
  m: {path: w.bin}
metrics:
  acc: {goal: max, primary: true}
`
let repo: TestRepo

async function train(name: string, accuracy: number): Promise<void> {
  const script = `printf ${name} > w.bin; git model log acc=${accuracy}`
  const ran = await repo.model('run', '-n', name, '--output', 'w.bin', '--', 'sh', '-c', script)
  expect(ran.exitCode, ran.stderr).toBe(0)
  await repo.commit({}, `weights of ${name}`)
}

async function standing(...args: string[]): Promise<(string | undefined)[]> {
  const ran = await repo.model('diff', '--json', ...args)
  const { base, head, verdict } = JSON.parse(ran.stdout) as Record<'base' | 'head', Standing> & {
    verdict: string
  }
  return [base.record?.name ?? base.none, head.record?.name ?? head.none, head.rule, verdict]
}

interface Standing {
  record?: { name: string }
  none?: string
  rule?: string
}

beforeEach(async () => {
  repo = await gitdir({
    '.gitmodel.yaml': CONFIG,
    '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
    'train.txt': 'one',
  })
  await train('old', 0.8)
  await repo.git('switch', '--quiet', '--create', 'topic')
  await repo.commit({ 'train.txt': 'two' }, 'code of the branch')
  await train('new', 0.9)
  await repo.git('switch', '--quiet', 'main')
  await repo.commit({ 'README.md': 'moved' }, 'the base moves')
})

describe('the run of a commit after', () => {
  it('a merge commit, a squash, a rebase merge and a cherry-pick is that of the branch', async () => {
    const main = await repo.git('rev-parse', 'main')
    const kinds: Record<string, () => Promise<unknown>> = {
      merge: () => repo.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'topic'),
      squash: async () => {
        await repo.git('merge', '--quiet', '--squash', 'topic')
        await repo.git('commit', '--quiet', '-m', 'topic (#7)')
      },
      rebase: async () => {
        await repo.git('switch', '--quiet', '--create', 'rebased', 'topic')
        await repo.git('rebase', '--quiet', 'main')
        await repo.git('switch', '--quiet', 'main')
        await repo.git('merge', '--quiet', '--ff-only', 'rebased')
      },
      'cherry-pick': () => repo.git('cherry-pick', 'main..topic'),
    }
    for (const [kind, merge] of Object.entries(kinds)) {
      await repo.git('reset', '--quiet', '--hard', main)
      await merge()
      expect(await standing(main, 'HEAD'), kind).toEqual(['old', 'new', 'produced', 'better'])
    }
  })

  it('a revert is the earlier one, and after its revert the later one again', async () => {
    await repo.git('merge', '--quiet', '--squash', 'topic')
    await repo.git('commit', '--quiet', '-m', 'topic (#7)')
    await repo.git('revert', '--no-edit', 'HEAD')
    expect(await standing('HEAD^', 'HEAD')).toEqual(['new', 'old', 'produced', 'worse'])
    await repo.git('revert', '--no-edit', 'HEAD')
    expect(await standing('HEAD^', 'HEAD')).toEqual(['old', 'new', 'produced', 'better'])
  })

  it('two branches in one merge queue is that of the weights that stand there', async () => {
    // The queue stacks temporary merges: the second one holds the first.
    await repo.git('switch', '--quiet', '--create', 'docs', 'main')
    await repo.commit({ 'docs.md': 'words' }, 'words only')
    await repo.git('switch', '--quiet', '--detach', 'main')
    await repo.git('merge', '--quiet', '--no-ff', '-m', 'pr-7', 'topic')
    const first = await repo.git('rev-parse', 'HEAD')
    await repo.git('merge', '--quiet', '--no-ff', '-m', 'pr-8', 'docs')
    expect(await standing('main', first)).toEqual(['old', 'new', 'produced', 'better'])
    expect(await standing(first, 'HEAD')).toEqual(['new', 'new', 'produced', 'same'])
  })
})
