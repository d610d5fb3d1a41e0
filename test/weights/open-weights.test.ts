import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findDuplicateKey } from '../../src/weights/find-duplicate-key.ts'
import { jsonShape } from '../../src/weights/json-shape.ts'
import { openWeights } from '../../src/weights/open-weights.ts'
import { countParameters } from '../../src/weights/weights-view.ts'
import { temporaryFolder } from '../support/repo.ts'
import { safetensorsFile, withHeader } from './safetensors-file.ts'

const folder = temporaryFolder()

function put(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}

describe('one file', () => {
  test('says where its tensors stand in it', async () => {
    const bytes = safetensorsFile({
      a: { dtype: 'F32', shape: [2], bytes: 8 },
      b: { dtype: 'U8', shape: [3], bytes: 3 },
    })
    const view = await openWeights(put('one.safetensors', bytes))
    expect(view.tensors.map(({ begin, end }) => bytes.subarray(begin, end).length)).toEqual([8, 3])
    expect(view.tensors.at(-1)!.end).toBe(bytes.length)
    expect(countParameters(view.tensors)).toEqual({ F32: 2, U8: 3 })
  })

  test('that is an LFS pointer is not here', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`
    await expect(openWeights(put('pointer.safetensors', pointer))).rejects.toMatchObject({
      code: 'weights-absent',
      data: { size: 12 },
    })
  })

  test('may not say one name twice', async () => {
    const tensor = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
    const file = put('twice.safetensors', withHeader(`{"a":${tensor},"\\u0061":${tensor}}`, 1))
    await expect(openWeights(file)).rejects.toThrow('says "a" twice')
  })
})

describe('a sharded checkpoint', () => {
  const shard = (name: string): Buffer => safetensorsFile({ [name]: { dtype: 'F16', shape: [4], bytes: 8 } })

  test('is one model', async () => {
    put('sharded/m-1.safetensors', shard('a'))
    put('sharded/m-2.safetensors', shard('b'))
    const index = {
      metadata: { total_size: 16 },
      weight_map: { a: 'm-1.safetensors', b: 'm-2.safetensors' },
    }
    const view = await openWeights(put('sharded/m.safetensors.index.json', JSON.stringify(index)))
    expect(view).toMatchObject({
      format: 'safetensors',
      files: ['m-1.safetensors', 'm-2.safetensors'],
      metadata: { total_size: '16' },
      warnings: [],
    })
    expect(view.tensors.map(({ name, file }) => [name, file])).toEqual([
      ['a', 'm-1.safetensors'],
      ['b', 'm-2.safetensors'],
    ])
  })

  test.each([
    ['../one.safetensors', 'weights-invalid', /not a path inside its folder/],
    ['/etc/passwd', 'weights-invalid', /not a path inside its folder/],
    ['missing.safetensors', 'weights-absent', /not here: "missing\.safetensors"/],
    ['link.safetensors', 'weights-absent', /not here/],
  ])('with the shard %s is refused', async (name, code, message) => {
    put('outside.safetensors', shard('a'))
    const file = put('bad/index.json', JSON.stringify({ weight_map: { a: name } }))
    rmSync(path.join(folder, 'bad/link.safetensors'), { force: true })
    symlinkSync('../outside.safetensors', path.join(folder, 'bad/link.safetensors'))
    await expect(openWeights(file)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })

  test.each([
    [{ a: 'm.safetensors', b: 'm.safetensors' }, '"b" is not in m.safetensors'],
    [{ a: 'm.safetensors', x: 'n.safetensors' }, '"b" is in n.safetensors, and nowhere by the index'],
    [
      { a: 'n.safetensors', b: 'm.safetensors' },
      '"b" is in n.safetensors, and in m.safetensors by the index',
    ],
  ])('whose index lies is refused: %j', async (map, message) => {
    put('liar/m.safetensors', shard('a'))
    put('liar/n.safetensors', shard('b'))
    const file = put('liar/index.json', JSON.stringify({ weight_map: map }))
    await expect(openWeights(file)).rejects.toThrow(message)
  })
})

test('a duplicate key is found wherever it stands, and none where there is none', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(findDuplicateKey(json)).toBeUndefined()
      const twice = `{"other":[${json},{"k\\"":${json},"x":"{,\\\\","k\\u0022":1}]}`
      expect(findDuplicateKey(twice)).toBe('k"')
    }),
  )
})

test('brackets without end are refused before they are parsed', async () => {
  const deep = put('deep.safetensors', withHeader(`{"a":${'['.repeat(1_000_000)}`, 0))
  await expect(openWeights(deep)).rejects.toThrow('more than 200 levels deep')
  const wide = put('wide.safetensors', withHeader(`{"a":[${'0,'.repeat(5_100_000)}0]}`, 0))
  await expect(openWeights(wide)).rejects.toThrow('more than 5000000 members')
})

test('brackets and commas in texts do not count', () => {
  fc.assert(
    fc.property(fc.json(), fc.string(), (json, text) => {
      const inner = jsonShape(Buffer.from(json))
      const outer = jsonShape(Buffer.from(`[${JSON.stringify(`[{,"\\${text}`)},${json}]`))
      expect(outer).toEqual({ depth: inner.depth + 1, members: inner.members + 2 })
    }),
  )
})
