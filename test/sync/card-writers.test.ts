import { beforeEach, describe, expect, it } from 'vitest'
import { clone, teams, type TestRepo } from '../support/repo.ts'

const MODEL = 'models/d.safetensors'
// An empty model: a header of two bytes, `{}`.
const EMPTY = new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0, 123, 125, 32, 32, 32, 32, 32, 32])

let alice: TestRepo
let bob: TestRepo
let origin: string

beforeEach(async () => {
  ;({ alice, bob, origin } = await teams())
  await alice.commit({ [MODEL]: EMPTY }, 'a model')
  await run(alice, 'card', 'new', MODEL)
  await alice.git('push', '--quiet')
  await bob.git('pull', '--quiet')
})

async function run(repo: TestRepo, ...args: string[]): Promise<string> {
  const ran = await repo.model(...args)
  expect(ran.exitCode, ran.stderr).toBe(0)
  return ran.stdout
}

async function newcomer(name: string, ...options: string[]): Promise<TestRepo> {
  const repo = await clone(options.includes('--depth=1') ? `file://${origin}` : origin, ...options)
  await repo.git('config', 'user.name', name)
  await repo.git('config', 'user.email', `${name.toLowerCase()}@example.org`)
  await run(repo, 'init')
  await run(repo, 'sync')
  return repo
}

/** Each value of the only conflict, with the name of its author and whose it is. */
async function writers(repo: TestRepo): Promise<Record<string, string>> {
  const { conflicts } = JSON.parse(await run(repo, 'card', 'resolve', MODEL, '--json')) as {
    conflicts: { values: { value: unknown; author: string | null; side: string | null }[] }[]
  }
  expect(conflicts).toHaveLength(1)
  return Object.fromEntries(
    conflicts[0]!.values.map(({ value, author, side }) => [
      String(value),
      author === null ? 'not known' : `${author.split(' ')[0]} (${side})`,
    ]),
  )
}

async function setAndSync(repo: TestRepo, ...fields: string[]): Promise<void> {
  await run(repo, 'card', 'set', MODEL, ...fields)
  await run(repo, 'sync')
}

describe('who wrote a value of a conflict', () => {
  it.each([
    ['the other clone', 'apache-2.0', 'zlib'],
    ['this clone', 'zlib', 'apache-2.0'],
  ])('is told in both clones, where the value that is kept came from %s', async (_, hers, his) => {
    await setAndSync(alice, `license=${hers}`)
    await setAndSync(bob, `license=${his}`)
    await run(alice, 'sync')
    expect(await writers(bob)).toEqual({ [hers]: 'Ada (theirs)', [his]: 'Bob (ours)' })
    expect(await writers(alice)).toEqual({ [hers]: 'Ada (ours)', [his]: 'Bob (theirs)' })
    await run(bob, 'card', 'resolve', MODEL, '--theirs')
    expect(await run(bob, 'card', 'show', '--raw', MODEL)).toContain(`license: ${hers}\n`)
  })

  it('is told of values that went through merges of other people before', async () => {
    const carol = await newcomer('Carol')
    await run(carol, 'card', 'set', MODEL, 'license=zlib')
    await setAndSync(alice, 'license=apache-2.0')
    await setAndSync(bob, 'language=de')
    await run(alice, 'card', 'set', MODEL, 'card.identity.version=2')
    await run(bob, 'card', 'set', MODEL, 'card.identity.overview=Digits')
    for (const repo of [alice, bob, carol, alice, bob]) await run(repo, 'sync')
    await run(alice, 'card', 'set', MODEL, 'card.identity.version=3')
    await setAndSync(bob, 'language=en')
    for (const repo of [alice, bob, carol]) await run(repo, 'sync')
    expect(await writers(alice)).toEqual({ 'apache-2.0': 'Ada (ours)', zlib: 'Carol (theirs)' })
    expect(await writers(bob)).toEqual({ 'apache-2.0': 'Ada (theirs)', zlib: 'Carol (theirs)' })
    expect(await writers(carol)).toEqual({ 'apache-2.0': 'Ada (theirs)', zlib: 'Carol (ours)' })
  })

  it('is who wrote what stands there, not who wrote the same and changed it again', async () => {
    await run(alice, 'card', 'set', MODEL, 'license=apache-2.0')
    await run(bob, 'card', 'set', MODEL, 'license=apache-2.0')
    await setAndSync(bob, 'license=zlib')
    await run(alice, 'sync')
    await run(bob, 'sync')
    for (const [repo, hers, his] of [
      [alice, 'ours', 'theirs'],
      [bob, 'theirs', 'ours'],
    ] as const)
      expect(await writers(repo)).toEqual({ 'apache-2.0': `Ada (${hers})`, zlib: `Bob (${his})` })
  })

  it('is who settled it, where a conflict was settled in two ways', async () => {
    await setAndSync(alice, 'license=apache-2.0')
    await setAndSync(bob, 'license=zlib')
    const carol = await newcomer('Carol')
    await run(alice, 'sync')
    await run(carol, 'card', 'resolve', MODEL, '--take', '1')
    await run(alice, 'card', 'resolve', MODEL, '--value', 'mit')
    for (const repo of [carol, alice, carol]) await run(repo, 'sync')
    expect(await writers(carol)).toEqual({ 'apache-2.0': 'Carol (ours)', mit: 'Ada (theirs)' })
    expect(await writers(alice)).toEqual({ 'apache-2.0': 'Carol (theirs)', mit: 'Ada (ours)' })
  })

  it('is told of an item whose place in its list is another on each side', async () => {
    const item = (id: string, digest: string): string =>
      JSON.stringify({ role: 'train', id, digest: `sha256:${digest.repeat(64)}` })
    await setAndSync(alice, `card.data=[${item('mnist', '0')}]`)
    await run(bob, 'sync')
    await setAndSync(alice, `card.data=[${item('mnist', 'a')}]`)
    await run(bob, 'card', 'set', MODEL, `card.data=[${item('mnist', 'b')}]`)
    await setAndSync(bob, `card.data=[${item('extra', 'c')},${item('mnist', 'b')}]`)
    await run(alice, 'sync')
    const told = { [`sha256:${'a'.repeat(64)}`]: 'Ada (theirs)', [`sha256:${'b'.repeat(64)}`]: 'Bob (ours)' }
    expect(await writers(bob)).toEqual(told)
  })

  it('is told of what both took over from the cards of earlier weights', async () => {
    await setAndSync(alice, 'license=apache-2.0')
    await run(bob, 'card', 'set', MODEL, 'license=zlib')
    await alice.commit({ [MODEL]: Buffer.concat([EMPTY.subarray(0, 8), Buffer.from('{ }     ')]) })
    await run(alice, 'card', 'new', MODEL)
    await alice.git('push', '--quiet')
    await bob.git('-c', 'core.hooksPath=/dev/null', 'fetch', '--quiet', 'origin', 'main', '--refmap=')
    await bob.git('-c', 'core.hooksPath=/dev/null', 'merge', '--quiet', 'FETCH_HEAD')
    await bob.git('update-ref', '-d', 'refs/model/remotes/origin/notes/cards')
    await run(bob, 'card', 'new', MODEL)
    await run(bob, 'sync')
    expect(await writers(bob)).toEqual({ 'apache-2.0': 'Ada (theirs)', zlib: 'Bob (ours)' })
  })

  it('is not known where a shallow clone ends before it, and nothing is settled by side there', async () => {
    await setAndSync(alice, 'license=apache-2.0')
    const carol = await newcomer('Carol', '--depth=1')
    await setAndSync(bob, 'license=zlib')
    await setAndSync(carol, 'license=mit')
    expect(await writers(carol)).toEqual({
      'apache-2.0': 'not known',
      mit: 'Carol (ours)',
      zlib: 'not known',
    })
    const listed = await carol.model('card', 'resolve', MODEL)
    expect(listed.stdout).toContain('zlib  not known: the history of this clone is cut short\n')
    expect(listed.stderr).toContain('hint: git fetch --unshallow   to know who wrote which value\n')
    const refused = await carol.model('card', 'resolve', MODEL, '--theirs')
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('does not tell')])
    await carol.git('fetch', '--quiet', '--unshallow')
    expect((await writers(carol))['zlib']).toBe('Bob (theirs)')
  })
})

describe('the history of a card', () => {
  it('tells of a merge what the merge alone wrote', async () => {
    await setAndSync(alice, 'license=apache-2.0')
    await setAndSync(bob, 'license=zlib')
    const { entries } = JSON.parse(await run(bob, 'card', 'history', MODEL, '--json')) as {
      entries: { author: string; merge: boolean; changes: { field: string; after?: unknown }[] }[]
    }
    expect(entries[0]).toMatchObject({ merge: true, author: 'Bob <bob@example.org>' })
    expect(entries[0]!.changes.map(({ field }) => field)).toEqual([
      'card.conflicts[0].field',
      'card.conflicts[0].values',
    ])
    const licensed = entries
      .slice(1)
      .filter(({ changes }) => changes.some(({ field }) => field === 'license'))
    expect(licensed.map(({ merge }) => merge)).toEqual([false, false, false])
  })
})
