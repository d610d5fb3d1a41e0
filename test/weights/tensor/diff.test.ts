import { describe, expect, it } from 'vitest'
import { gitdir, type TestRepo } from '../../support/repo.ts'
import { f32, tensorFile, type TestTensor } from './tensor-file.ts'

interface Diff {
  counts: Record<string, number>
  tensors: {
    state: string
    before?: { name: string }
    after?: { name: string }
    move?: Record<string, unknown>
  }[]
  layers: { name: string; changed: number; move?: { relative?: number } }[]
  move?: Record<string, unknown>
  metadata: unknown[]
  compared: boolean
}

async function diff(before: Record<string, TestTensor>, after: Record<string, TestTensor>): Promise<Diff> {
  const repo = await gitdir({})
  await repo.write('a.safetensors', tensorFile(before))
  await repo.write('b.safetensors', tensorFile(after))
  return diffOf(repo, 'a.safetensors', 'b.safetensors')
}

async function diffOf(repo: TestRepo, ...args: string[]): Promise<Diff> {
  const ran = await repo.model('weights', 'diff', '--json', ...args)
  expect(ran.stderr).toBe('')
  expect(JSON.parse(ran.stdout)).toMatchObject({ schema: 'weights-diff/v1' })
  return JSON.parse(ran.stdout) as Diff
}

describe('git model weights diff', () => {
  it('tells what became of each tensor', async () => {
    const same = f32([1, 2, 3])
    const got = await diff(
      {
        'layers.0.same': same,
        'layers.0.moved': f32([3, 4]),
        'layers.1.old_name': f32([9, 8, 7]),
        'layers.1.flat': f32([1, 2, 3, 4]),
        'layers.1.cast': f32([1, 1.00390625]),
        'layers.2.gone': f32([5]),
      },
      {
        'layers.0.same': same,
        'layers.0.moved': f32([3, 4.5]),
        'layers.1.new_name': f32([9, 8, 7]),
        'layers.1.flat': f32([1, 2, 3, 4], [2, 2]),
        'layers.1.cast': { dtype: 'BF16', values: [0x3f80, 0x3f80] },
        'layers.2.come': f32([6]),
      },
    )
    const states = got.tensors.map(({ state, before, after }) => [state, before?.name, after?.name])
    expect(states).toEqual([
      ['changed', 'layers.0.moved', 'layers.0.moved'],
      ['renamed', 'layers.1.old_name', 'layers.1.new_name'],
      ['reshaped', 'layers.1.flat', 'layers.1.flat'],
      ['retyped', 'layers.1.cast', 'layers.1.cast'],
      ['added', undefined, 'layers.2.come'],
      ['removed', 'layers.2.gone', undefined],
    ])
    expect(got.counts).toEqual({
      changed: 1,
      renamed: 1,
      reshaped: 1,
      retyped: 1,
      added: 1,
      removed: 1,
      unchanged: 1,
    })
    expect(got.tensors[0]!.move).toEqual({
      relative: 0.1,
      largest: 0.5,
      cosine: expect.closeTo(27 / (5 * Math.hypot(3, 4.5)), 12),
      changed: 0.5,
    })
    expect(got.tensors[2]!.move).toMatchObject({ relative: 0, changed: 0 })
    expect(got.tensors[3]!.move).toMatchObject({ largest: 0.00390625, changed: 0.5 })
    expect(got.layers.map(({ name, changed }) => [name, changed])).toEqual([
      ['layers.0', 1],
      ['layers.1', 3],
      ['layers.2', 2],
    ])
  })

  it('counts what became NaN or infinite, and keeps it out of the norms', async () => {
    const got = await diff({ w: f32([3, 4, 5, 6]) }, { w: f32([3, NaN, Infinity, 6.5]) })
    expect(got.tensors[0]!.move).toMatchObject({ nan: [0, 1], infinite: [0, 1], changed: 0.75, largest: 0.5 })
    const repo = await gitdir({})
    await repo.write('a.safetensors', tensorFile({ w: f32([1]) }))
    await repo.write('b.safetensors', tensorFile({ w: f32([NaN]) }))
    const { stdout } = await repo.model('weights', 'diff', 'a.safetensors', 'b.safetensors')
    expect(stdout).toContain('NaN elements in w: 0 → 1')
  })

  it('compares integers exactly, 8-bit floats by value, packed ones by byte', async () => {
    const got = await diff(
      {
        big: { dtype: 'I64', values: [2 ** 53, 1] },
        e4m3: { dtype: 'F8_E4M3', values: [0x38, 0x7e] },
        packed: { dtype: 'F4', shape: [8], values: Uint8Array.of(1, 2, 3, 4) },
      },
      {
        big: { dtype: 'I64', values: [2 ** 53 + 2, 1] },
        e4m3: { dtype: 'F8_E4M3', values: [0x3c, 0x7e] },
        packed: { dtype: 'F4', shape: [8], values: Uint8Array.of(1, 2, 3, 5) },
      },
    )
    const moves = Object.fromEntries(got.tensors.map(({ after, move }) => [after!.name, move]))
    expect(moves['big']).toMatchObject({ changed: 0.5, largest: 2 })
    expect(moves['e4m3']).toMatchObject({ changed: 0.5, largest: 0.5 })
    expect(moves['packed']).toEqual({ changed: 0.25 })
  })

  it('gives the same numbers with worker threads as without', async () => {
    const values = Array.from({ length: 1_200_000 }, (_, index) => Math.sin(index))
    const moved = values.map((value, index) => (index % 3 === 0 ? value * 1.001 : value))
    const large = await diff({ w: f32(values), x: f32([1]) }, { w: f32(moved), x: f32([2]) })
    const [a, b] = [values, moved].map((list) => [...Float32Array.from(list)]) as [number[], number[]]
    const norm = (list: readonly number[]): number =>
      Math.sqrt(list.reduce((sum, value) => sum + value * value, 0))
    expect(large.tensors[0]!.move).toMatchObject({
      relative: expect.closeTo(norm(b.map((value, index) => value - a[index]!)) / norm(a), 12),
      changed: b.filter((value, index) => value !== a[index]).length / a.length,
    })
    expect(large.tensors[1]!.move).toMatchObject({ relative: 1 })
  })

  it('reads versions of a model from commits, from the LFS store and from git itself', async () => {
    const repo = await gitdir({ 'small.safetensors': tensorFile({ w: f32([1, 1]) }) })
    await repo.model('init')
    await repo.commit({
      '.gitmodel.yaml': 'models: {tiny: {path: models/tiny.safetensors}}\n',
      'models/tiny.safetensors': tensorFile({ w: f32([1, 2]) }),
    })
    await repo.git('tag', 'one')
    await repo.commit({ 'models/tiny.safetensors': tensorFile({ w: f32([1, 4]) }) })
    await repo.write('models/tiny.safetensors', tensorFile({ w: f32([1, 8]) }))
    const largest = async (...args: string[]): Promise<unknown> =>
      (await diffOf(repo, ...args)).move?.['largest']
    expect(await largest('tiny')).toBe(4)
    expect(await largest('tiny@one')).toBe(6)
    expect(await largest('tiny@one', 'tiny@HEAD')).toBe(2)
    expect(await largest('one:models/tiny.safetensors')).toBe(6)
    expect(await largest('one:models/tiny.safetensors', 'one:small.safetensors')).toBe(1)
    expect(await largest('HEAD:models')).toBe(4)
    const below = await repo.modelIn('models', ['weights', 'diff', '--json', 'one:./tiny.safetensors'])
    expect(JSON.parse(below.stdout)).toMatchObject({ move: { largest: 6 } })
  })

  it('says what is not there, and what to type', async () => {
    const repo = await gitdir()
    await repo.model('init')
    await repo.commit({ 'a.safetensors': tensorFile({ w: f32([1]) }), 'b.bin': 'no weights' })
    const nothing = await repo.model('weights', 'diff', 'nothing', 'a.safetensors')
    expect([nothing.exitCode, nothing.stderr]).toEqual([
      1,
      expect.stringContaining('no file, model, run or revision'),
    ])
    const other = await repo.model('weights', 'diff', 'b.bin', 'a.safetensors')
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('"b.bin" is no format')])
    const { oid } = JSON.parse((await repo.model('weights', 'status', '--json')).stdout).files[0]
    await repo.exec('rm', ['-r', '.git/lfs', '.git/model'])
    const absent = await repo.model('weights', 'diff', 'HEAD:a.safetensors')
    expect([absent.exitCode, absent.stderr]).toEqual([1, expect.stringContaining(oid.slice(0, 12))])
    expect(absent.stderr).toContain('git lfs')
  })
})
