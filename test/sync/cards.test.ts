import { describe, expect, it } from 'vitest'
import { teams, type Ran, type TestRepo } from '../support/repo.ts'

const MODEL = 'models/d.safetensors'
// An empty model: a header of two bytes, `{}`.
const EMPTY = new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0, 123, 125, 32, 32, 32, 32, 32, 32])

async function withModel(): Promise<{ alice: TestRepo; bob: TestRepo }> {
  const { alice, bob } = await teams()
  await alice.commit({ [MODEL]: EMPTY }, 'a model')
  expect((await alice.model('card', 'new', MODEL)).exitCode).toBe(0)
  await alice.git('push', '--quiet')
  await bob.git('pull', '--quiet')
  return { alice, bob }
}

async function raw(repo: TestRepo): Promise<string> {
  const shown = await repo.model('card', 'show', '--raw', MODEL)
  expect(shown.exitCode, shown.stderr).toBe(0)
  return shown.stdout
}

describe('cards of two clones', () => {
  it('travel with git push and git pull through the hooks', async () => {
    const { alice, bob } = await withModel()
    expect(await raw(bob)).toBe(await raw(alice))
    await bob.model('card', 'set', MODEL, 'license=mit')
    await bob.commit({ 'x.txt': 'x' })
    await bob.git('push', '--quiet')
    await alice.git('pull', '--quiet')
    expect(await raw(alice)).toBe(await raw(bob))
    expect(await raw(alice)).toContain('license: mit')
  })

  it('merge field by field', async () => {
    const { alice, bob } = await withModel()
    await alice.model('card', 'set', MODEL, 'license=mit')
    await bob.model('card', 'set', MODEL, 'card.identity.overview=Digits')
    await alice.model('sync')
    await bob.model('sync')
    await alice.model('sync')
    expect(await raw(alice)).toBe(await raw(bob))
    expect(await raw(alice)).toMatch(/license: mit[\s\S]*overview: Digits/)
  })

  it('keep both values of a field that both changed, say so, and block no push', async () => {
    const { alice, bob } = await withModel()
    await alice.model('card', 'set', MODEL, 'license=mit')
    await bob.model('card', 'set', MODEL, 'license=apache-2.0')
    await alice.model('sync')
    const synced = await bob.model('sync')
    expect(synced.exitCode).toBe(0)
    expect(synced.stderr).toContain('license was changed to different values on two sides; both are kept')
    expect(synced.stderr).toContain(`git model card resolve ${MODEL} license`)
    await bob.commit({ 'x.txt': 'x' })
    await bob.git('push', '--quiet')
    const pulled = await alice.exec('git', ['pull', '--quiet'])
    expect(pulled.stderr).toContain(`git model card resolve ${MODEL} license`)
    expect(await raw(alice)).toBe(await raw(bob))
    const checked = await alice.model('card', 'check', MODEL)
    expect(checked.exitCode).toBe(1)
    expect(checked.stdout + checked.stderr).toMatch(/license/)
    expect((await alice.model('card', 'set', MODEL, 'license=mit')).exitCode).toBe(0)
    await alice.model('sync')
    await bob.model('sync')
    expect(await raw(bob)).not.toContain('conflicts')
    expect((await bob.model('card', 'check', MODEL)).exitCode).toBe(0)
  })

  it('are settled by side, by number, by the value before, by a value of one’s own, or not at all', async () => {
    const { alice, bob } = await withModel()
    const resolve = (repo: TestRepo, ...args: string[]): Promise<Ran> =>
      repo.model('card', 'resolve', MODEL, ...args)
    expect((await resolve(alice)).stderr).toBe(`the card of ${MODEL} is in no conflict\n`)
    await alice.model(
      'card',
      'set',
      MODEL,
      'license=mit',
      'language=de',
      'card.identity.version=1',
      'card.identity.overview=A',
    )
    await alice.model('sync')
    await bob.model('sync')
    await alice.model(
      'card',
      'set',
      MODEL,
      'license=x',
      'language=en',
      'card.identity.version=2',
      '--unset',
      'card.identity.overview',
    )
    await bob.model(
      'card',
      'set',
      MODEL,
      'license=y',
      'language=fr',
      'card.identity.version=3',
      'card.identity.overview=B',
    )
    await alice.model('sync')
    await bob.model('sync')
    await alice.model('sync')
    const listed = await resolve(alice)
    expect(listed.exitCode).toBe(0)
    expect(listed.stdout.replaceAll(/>, .+?(?= \(|$)/gm, '>, <age>')).toMatchInlineSnapshot(`
      "card.identity.overview
        1     B  Bob <bob@example.org>, <age>
        2     (taken away)  Ada <ada@example.org>, <age> (ours)
        base  A
      card.identity.version
        1     2  Ada <ada@example.org>, <age> (ours)
        2     3  Bob <bob@example.org>, <age>
        base  1
      language
        1     en  Ada <ada@example.org>, <age> (ours)
        2     fr  Bob <bob@example.org>, <age>
        base  de
      license
        1     x  Ada <ada@example.org>, <age> (ours)
        2     y  Bob <bob@example.org>, <age>
        base  mit
      "
    `)
    expect(JSON.parse((await resolve(bob, 'license', '--json')).stdout)).toMatchObject({
      schema: 'card-resolve/v1',
      conflicts: [
        {
          field: 'license',
          base: { value: 'mit' },
          values: [
            { value: 'x', side: 'theirs', author: 'Ada <ada@example.org>' },
            { value: 'y', side: 'ours', author: 'Bob <bob@example.org>' },
          ],
        },
      ],
      settled: [],
    })
    const before = await raw(alice)
    for (const args of [
      ['--ours'],
      ['nope', '--ours'],
      ['license', '--take', '3'],
      ['license', '--ours', '--theirs'],
      ['--all'],
    ]) {
      const refused = await resolve(alice, ...args)
      expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('hint: ')])
    }
    expect(await raw(alice)).toBe(before)
    await resolve(alice, 'license', '--theirs')
    await resolve(alice, 'language', '--base')
    await resolve(alice, 'card.identity.version', '--value', '4')
    const last = await resolve(alice, '--ours', '--json')
    expect(JSON.parse(last.stdout)).toMatchObject({ settled: ['card.identity.overview'] })
    await alice.model('sync')
    await bob.model('sync')
    expect(await raw(bob)).toBe(await raw(alice))
    expect(await raw(bob)).toMatch(
      /license: "y"\nlanguage: de\ncard:\n {2}identity:\n {4}name: .*\n {4}version: "4"\n/,
    )
    expect(await raw(bob)).not.toMatch(/overview|conflicts/)
  })
})
