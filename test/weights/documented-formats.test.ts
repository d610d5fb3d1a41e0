import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openWeights } from '../../src/weights/open-weights.ts'
import { fixtureNames, fixturePath } from './fixture.ts'

const root = path.resolve(import.meta.dirname, '../..')
const rows = [
  ...read('docs/weights.md').matchAll(/^\| `([a-z0-9-]+)` \|[^|]*\| (yes|no) \| (yes|no) \| (.*) \|$/gm),
].map(([, format, tensors, content]) => ({
  format: format!,
  tensors: tensors === 'yes',
  content: content === 'yes',
}))

test('docs/weights.md has every format, and no other', () => {
  const [, union] = /export type WeightFormat =\n(.*)/s.exec(read('src/weights/weight-format.ts'))!
  expect(rows.map(({ format }) => format).sort()).toEqual(
    [...union!.matchAll(/'([a-z0-9-]+)'/g)].map(([, name]) => name!).sort(),
  )
})

test('docs/weights.md says truly what is read of each', async () => {
  const seen = new Map<string, { tensors: boolean; content: boolean }>()
  for (const name of fixtureNames()) {
    if (name === 'onnx/outside.onnx') continue
    const { format, isListed, tensors } = await openWeights(fixturePath(name), { name })
    const before = seen.get(format) ?? { tensors: isListed, content: false }
    expect([name, isListed]).toEqual([name, before.tensors])
    seen.set(format, {
      tensors: isListed,
      content: before.content || tensors.some(({ begin }) => begin !== undefined),
    })
  }
  const documented = new Map(rows.map(({ format, ...said }) => [format, said]))
  expect(seen.size).toBeGreaterThan(14)
  for (const [format, found] of seen)
    expect({ format, ...documented.get(format) }).toEqual({ format, ...found })
})

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}
