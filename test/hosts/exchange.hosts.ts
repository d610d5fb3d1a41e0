import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ran, TestRepo } from '../support/repo.ts'
import { startGitea, type Host } from './start-gitea.ts'
import { cloneAs, newRepository, recordRun, setUp, TRANSPORTS } from './transports.ts'

const METADATA = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/notes/model', 'refs/model/runs']
const WEIGHTS = 'the weights of the branch'

let host: Host
beforeAll(async () => {
  host = await startGitea()
})
afterAll(() => host.stop())

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

async function namesOf(repo: TestRepo): Promise<string[]> {
  const { stdout } = await repo.model('runs', '--json')
  return (JSON.parse(stdout) as { runs: { name: string }[] }).runs.map(({ name }) => name).sort()
}

describe.each(TRANSPORTS)('$title', (transport) => {
  const said: Ran[] = []
  const keep = (ran: Ran): Ran => {
    said.push(ran)
    return ran
  }

  test('a push takes runs, cards and weights along, and a teammate gets all of them', async () => {
    const name = await host.repository('write')
    const ada = await newRepository(host, transport, name)
    await setUp(ada)
    await ada.commit({
      'model.safetensors': WEIGHTS,
      '.gitmodel.yaml': 'models: {m: {path: model.safetensors}}\n',
    })
    await recordRun(ada, 'base')
    expect((await ada.model('card', 'new', 'm')).exitCode).toBe(0)
    const pushed = keep(await ada.exec('git', ['push', '--set-upstream', 'origin', 'main']))
    expect(pushed.exitCode, pushed.stderr).toBe(0)
    expect(pushed.stderr).toContain('git-model: origin: sent 1 run, 1 card, 1 file')
    expect([WEIGHTS, 'base'].map((content) => host.hasObject(sha256(content)))).toEqual([true, true])

    const bob = await cloneAs(host, transport, name, host.bob)
    expect(await bob.read('model.safetensors')).toBe(WEIGHTS)
    expect(keep(await bob.exec('git', ['pull'])).exitCode).toBe(0)
    expect(await namesOf(bob)).toEqual(['base'])
    expect(keep(await bob.model('card', 'show', 'm')).exitCode).toBe(0)
    const restored = keep(await bob.model('checkout', 'base'))
    expect(restored.exitCode, restored.stderr).toBe(0)
    expect(await bob.read('out-base.bin')).toBe('base')
    expect(await bob.git(...METADATA)).toBe(await ada.git(...METADATA))
    expect(keep(await bob.model('doctor')).stdout).toMatch(/^1 run +1 +1$/m)
  })

  test('two clones that push at once both get through, and end alike', async () => {
    const name = await host.repository('write')
    const ada = await newRepository(host, transport, name)
    await setUp(ada)
    await ada.commit({}, 'set up')
    await ada.git('push', '--quiet', '--set-upstream', 'origin', 'main')
    const bob = await cloneAs(host, transport, name, host.bob)
    // As docs/hosts.md says.
    await ada.git('config', 'lfs.locksverify', 'false')
    await ada.commit({ 'more.safetensors': 'more' })
    expect((await ada.exec('git', ['push'])).stderr).not.toContain('Locking support')
    for (let round = 1; round <= 2; round++) {
      await Promise.all([recordRun(ada, `ada-${round}`), recordRun(bob, `bob-${round}`)])
      const both = await Promise.all([ada.model('sync'), bob.model('sync')])
      for (const ran of both) expect(keep(ran).exitCode, ran.stderr).toBe(0)
    }
    for (const repo of [ada, bob]) expect(keep(await repo.model('sync')).exitCode).toBe(0)
    expect(await bob.git(...METADATA)).toBe(await ada.git(...METADATA))
    expect(await namesOf(bob)).toEqual(['ada-1', 'ada-2', 'bob-1', 'bob-2'])
    for (const run of await namesOf(bob)) expect(host.hasObject(sha256(run))).toBe(true)
  })

  test('no token is ever printed', () => {
    expect(said.length).toBeGreaterThan(5)
    // git-lfs's own hook names the address of the remote in an advice of its own.
    const lines = said.flatMap(({ stdout, stderr }) => `${stdout}\n${stderr}`.split('\n'))
    const text = lines.filter((line) => !/^\s+\$ git config lfs\..*locksverify/.test(line)).join('\n')
    for (const { token } of [host.ada, host.bob]) expect(text).not.toContain(token)
  })
})
