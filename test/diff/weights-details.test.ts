import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { gitdir } from '../support/repo.ts'
import { safetensorsFile } from '../weights/safetensors-file.ts'

const CONFIG = 'models: {digits: {path: models/digits.safetensors}, old: {path: models/old.pt}}\n'
const layers = {
  'fc1.weight': { dtype: 'F32', shape: [2, 2], bytes: 16 },
  'fc2.bias': { dtype: 'F32', shape: [2], bytes: 8 },
}
const HARMFUL = "cos\nsystem\n(S'id'\ntR."

it('a review says which layers moved, and what loading the weights would run', async () => {
  const repo = await gitdir({ 'a.txt': 'a' })
  await repo.model('init')
  const before = safetensorsFile(layers)
  await repo.commit({ '.gitmodel.yaml': CONFIG, 'models/digits.safetensors': before }, 'first weights')
  const after = Buffer.from(before)
  after.writeFloatLE(1.5, after.length - 8)
  await repo.git('switch', '--quiet', '--create', 'topic')
  await repo.commit({ 'models/digits.safetensors': after, 'models/old.pt': HARMFUL }, 'second weights')

  const text = await repo.model('diff', 'main')
  expect(text.exitCode, text.stderr).toBe(0)
  expect(text.stdout).toContain('tensors: 1 changed, 1 unchanged; moved by ')
  expect(text.stdout).toMatch(/tensors: moved most: fc2\S* \d/)
  expect(text.stdout).toMatch(/runs code when it is loaded: a pickle that imports os\.system/)
  const markdown = await repo.model('diff', 'main', '--format', 'md')
  expect(markdown.stdout).toMatch(/⚠️ runs code when it is loaded: a pickle that imports os\\?\.system/)

  rmSync(repo.path('.git/lfs/objects'), { recursive: true })
  const absent = await repo.model('diff', 'main')
  expect(absent.stdout).toContain('not looked into: the content of base and head is not in this clone')
})

it('a review names weights that nobody named, by their content: data in Git LFS are none', async () => {
  const repo = await gitdir({ 'a.txt': 'a' })
  await repo.model('init')
  await repo.commit({ '.gitattributes': '*.dat filter=lfs diff=lfs merge=lfs -text\n' }, 'route data')
  await repo.git('switch', '--quiet', '--create', 'topic')
  await repo.commit({ 'x/evil.dat': HARMFUL, 'x/table.dat': 'a,b\n1,2\n' }, 'some data')

  const { stdout } = await repo.model('diff', 'main', '--format', 'md')
  expect(stdout).toMatch(/\*\*x\/evil\.dat\*\*[^]*⚠️ runs code when it is loaded: it imports os\\?\.system/)
  expect(stdout).not.toContain('table.dat')
  // By their names alone, data are no weights.
  rmSync(repo.path('.git/lfs/objects'), { recursive: true })
  expect((await repo.model('diff', 'main', '--format', 'md')).stdout).not.toContain('evil.dat')
})
