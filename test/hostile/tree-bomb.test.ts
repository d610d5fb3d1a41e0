import { expect, it } from 'vitest'
import { gitdir } from '../support/repo.ts'

it('a branch whose trees hold themselves thousands of times over is refused, and nobody waits for it', async () => {
  const repo = await gitdir({ 'train.py': '1' })
  const blob = await repo.git('rev-parse', 'HEAD:train.py')
  let tree = await mktree([`100644 blob ${blob}\tweights.bin`])
  for (let depth = 0; depth < 4; depth++)
    tree = await mktree(Array.from({ length: 5000 }, (_, index) => `040000 tree ${tree}\tfolder-${index}`))
  const commit = await repo.git('commit-tree', tree, '-p', 'HEAD', '-m', 'bomb')
  const { exitCode, stderr } = await repo.model('diff', 'HEAD', commit)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('more files differ than any honest change has')
  expect(stderr).toContain(`hint: see who made it: git log -1 ${commit.slice(0, 12)}`)

  async function mktree(lines: readonly string[]): Promise<string> {
    return (await repo.exec('git', ['mktree'], { input: `${lines.join('\n')}\n` })).stdout.trim()
  }
})
