import { describe, expect, it } from 'vitest'
import { isModelError } from '../../src/domain/errors.ts'
import { diagnose } from '../../src/features/diagnose.ts'
import { listRuns } from '../../src/features/list-runs.ts'
import { syncMetadata } from '../../src/features/sync-metadata.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { TestRepo } from '../support/repo.ts'
import { hostileRemote, newcomer, worldOf, type Attacker, type TreeEntry } from './attacker.ts'
import { survives } from './safe-output.ts'
import { nobody, noteAt, recordOf } from './payloads.ts'

const RUNS = 'refs/notes/model/runs'
const SERIES = 'refs/notes/model/series'
const CARDS = 'refs/notes/model/cards'
const KEEP = 'refs/model/runs'

/** A tree of 256^levels notes that is a few kilobytes: each folder holds the next one 256 times. */
async function bomb(attacker: Attacker, levels: number, last: TreeEntry): Promise<string> {
  let entry = last
  for (let level = 0; level < levels; level++) {
    const oid = await attacker.tree(
      Array.from({ length: 256 }, (_, index) => ({ ...entry, name: hex(index) + entry.name })),
    )
    entry = { mode: '40000', name: '', oid }
  }
  return entry.oid
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

const names = async (repo: TestRepo): Promise<string[]> =>
  (await listRuns(worldOf(repo))).runs.map(({ record }) => record.name).sort()

/** Exchanges metadata with the remote. @returns what is wrong with it, if anything is. */
async function sync(repo: TestRepo): Promise<string> {
  try {
    await syncMetadata(await openStore(worldOf(repo)))
    return ''
  } catch (error) {
    if (!isModelError(error)) throw error
    return error.message
  }
}

async function complaints(repo: TestRepo): Promise<string> {
  const { findings } = await diagnose(worldOf(repo))
  return findings.map(({ message }) => message).join('\n')
}

describe('a notes tree that somebody hostile wrote', () => {
  it('may hold what is no note, without hiding the notes beside it', async () => {
    const { attacker, alice, run } = await hostileRemote()
    const blob = await attacker.object('blob', recordOf(nobody('aa'), { name: 'strange' }))
    const honest = await attacker.git(['rev-parse', `${RUNS}:${noteAt(run)}`])
    const rest = nobody('').slice(2)
    const folder = await attacker.tree([{ mode: '120000', name: rest, oid: blob }])
    const top = await attacker.tree(
      [
        { mode: '160000', name: `a1${rest}`, oid: nobody('dead') },
        { mode: '120000', name: `a2${rest}`, oid: blob },
        { mode: '40000', name: `a3${rest}`, oid: folder },
        { mode: '100644', name: '..', oid: blob },
        { mode: '100644', name: '.git', oid: blob },
        { mode: '100644', name: '--option', oid: blob },
        { mode: '100644', name: '\u001b[31mred', oid: blob },
        { mode: '100644', name: nobody('a4').toUpperCase(), oid: blob },
        { mode: '40000', name: 'a5', oid: folder },
        {
          mode: '40000',
          name: run.slice(0, 2),
          oid: await attacker.tree([{ mode: '100644', name: run.slice(2), oid: honest }]),
        },
      ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    )
    const parents = [await attacker.git(['rev-parse', RUNS])]
    await attacker.point(RUNS, await attacker.commit(top, { parents }))
    const bob = await newcomer(attacker)
    await alice.model('run', '-n', 'of-alice', '--', 'true')
    expect(await sync(alice)).toBe('')
    expect(await names(alice)).toEqual(['honest', 'of-alice'])
    expect(await sync(bob)).toBe('')
    expect(await names(bob)).toEqual(['honest', 'of-alice'])
    await complaints(bob)
  })

  it('may pretend to hold more notes than there are atoms: it is not taken, and all else goes on', async () => {
    const { attacker, alice } = await hostileRemote()
    const parent = await attacker.git(['rev-parse', RUNS])
    // Trees of trees of nothing: no note ends the walk.
    const top = await bomb(attacker, 8, { mode: '40000', name: '', oid: await attacker.tree([]) })
    await attacker.point(RUNS, await attacker.commit(top, { parents: [parent] }))
    expect(await sync(alice)).toContain(
      `${RUNS} of "origin" cannot be taken: its tree has more notes than any honest one`,
    )
    expect(await names(alice)).toEqual(['honest'])
    expect(await complaints(alice)).toContain(`${RUNS} of "origin" cannot be taken`)
    await attacker.point(RUNS, parent)
    expect(await sync(alice)).toBe('')
  })

  it('may be none: a ref on something else stops no command', async () => {
    const { attacker, alice } = await hostileRemote()
    const main = await attacker.git(['rev-parse', 'main'])
    const tag = `object ${main}\ntype commit\ntag x\ntagger M <m@example.org> 1767323045 +0000\n\nx\n`
    const refs = [RUNS, SERIES, CARDS, KEEP] as const
    const [blob, tree] = [await attacker.object('blob', 'x'), await attacker.tree([])]
    for (const [index, oid] of [blob, tree, await attacker.object('tag', tag), tree].entries())
      await attacker.point(refs[index]!, oid)
    const bob = await newcomer(attacker)
    await alice.git('fetch', '--quiet')
    expect(await names(alice)).toEqual(['honest'])
    expect(await names(bob)).toEqual([])
    for (const repo of [alice, bob]) {
      const said = await complaints(repo)
      for (const ref of refs) expect(said).toContain(`${ref} of "origin" cannot be taken: it is a `)
      expect(await sync(repo)).toContain('cannot be taken')
    }
  })
})

describe('whoever writes to a remote', () => {
  it('takes no run and no point away, and lessens none', async () => {
    const { attacker, alice, run } = await hostileRemote()
    const standing = async (): Promise<string> =>
      (await alice.git('ls-tree', '-r', RUNS)) + (await alice.git('ls-tree', '-r', SERIES))
    const before = await standing()
    for (const ref of [RUNS, SERIES]) {
      const parents = [await attacker.git(['rev-parse', ref])]
      await attacker.point(ref, await attacker.commit(await attacker.tree([]), { parents }))
    }
    expect(await sync(alice)).toBe('')
    expect(await standing()).toBe(before)
    const path = noteAt(run)
    await attacker.addNotes(RUNS, [{ path, text: recordOf(run, { name: 'gone', params: {} }) }])
    await attacker.addNotes(SERIES, [
      { path, text: `---\n{"schema":"series/v1","run":"${run}","metrics":{}}\n` },
    ])
    expect(await sync(alice)).toBe('')
    expect((await listRuns(worldOf(alice))).runs[0]?.record).toMatchObject({
      params: { lr: 0.5 },
      metrics: { acc: { last: 0.75 } },
    })
    await attacker.addNotes(RUNS, [{ path, text: 'garbage' }])
    expect(await sync(alice)).toBe('')
    expect((await listRuns(worldOf(alice))).runs[0]?.record.params).toEqual({ lr: 0.5 })
    expect(await alice.git('show', `${RUNS}:${path}`)).toContain('garbage')
  })

  it('makes a chain of many parents, and refs of strange names, and nothing comes of it', async () => {
    const { attacker } = await hostileRemote()
    const top = await attacker.tree([])
    const main = await attacker.git(['rev-parse', 'main'])
    const parents: string[] = [await attacker.git(['rev-parse', KEEP])]
    for (let index = 0; index < 50; index++)
      parents.push(await attacker.commit(top, { message: `${index}`, parents: [main] }))
    await attacker.point(KEEP, await attacker.commit(top, { parents }))
    for (const ref of [
      'refs/model/runs--upload-pack=touch-pwned',
      'refs/notes/model/--output=pwned',
      'refs/notes/model/x/runs',
      'refs/notes/model/x/notes/runs',
      'refs/heads/--upload-pack=touch-pwned',
      'refs/heads/-b',
    ])
      await attacker.point(ref, main)
    const bob = await newcomer(attacker)
    expect(await sync(bob)).toBe('')
    expect(await names(bob)).toEqual(['honest'])
    for (const args of [
      ['diff', 'origin/--upload-pack=touch-pwned', 'HEAD'],
      ['show', 'origin/-b'],
      ['checkout', '--', '-b'],
    ])
      await survives(bob, args)
    expect(await bob.git('status', '--porcelain', '--ignored')).toBe('')
  })
})
