import { describe, expect, it } from 'vitest'
import { teams, type TestRepo } from '../support/repo.ts'

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
    expect(synced.stderr).toContain(`git model card set ${MODEL} license=VALUE`)
    await bob.commit({ 'x.txt': 'x' })
    await bob.git('push', '--quiet')
    await alice.git('pull', '--quiet')
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
})
