import { beforeEach, describe, expect, it } from 'vitest'
import { teams, type TestRepo } from '../support/repo.ts'

const MODEL = 'models/d.safetensors'
// An empty model: a header of two bytes, `{}`.
const EMPTY = new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0, 123, 125, 32, 32, 32, 32, 32, 32])

let alice: TestRepo
let bob: TestRepo

beforeEach(async () => {
  ;({ alice, bob } = await teams())
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

async function setAndSync(repo: TestRepo, ...fields: string[]): Promise<void> {
  await run(repo, 'card', 'set', MODEL, ...fields)
  await run(repo, 'sync')
}

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
