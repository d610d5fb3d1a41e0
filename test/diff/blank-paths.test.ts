import { expect, it } from 'vitest'
import { gitdir } from '../support/repo.ts'

it('a model may have blanks in its path, and be absent from a commit', { timeout: 60_000 }, async () => {
  const repo = await gitdir({ '.gitmodel.yaml': 'models: {m: {path: my models/a b.safetensors}}\n' })
  await repo.model('run', '-n', 'base', '--', 'sh', '-c', 'git model log acc=0.5 --step 1')
  await repo.commit({ 'b.txt': 'b' })
  for (const args of [
    ['diff', 'HEAD~1', 'HEAD'],
    ['show', 'HEAD'],
  ]) {
    const ran = await repo.model(...args)
    expect(ran.exitCode, ran.stderr).toBe(0)
  }
})
