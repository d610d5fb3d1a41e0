import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEntityNote } from '../../src/domain/encode-entity.ts'
import { editEntity, mergeEntities, type RegisteredModel } from '../../src/domain/entity.ts'
import { flatten, unflatten } from '../../src/domain/flatten.ts'
import { settleVersions } from '../../src/domain/settle-versions.ts'
import { anchorOid, writeAnchor } from '../../src/git/anchor.ts'
import { openRepository } from '../../src/git/repository.ts'
import { decodeEntityNote } from '../../src/schema/entity-note.ts'
import { gitdir } from '../support/repo.ts'

const FIRST: RegisteredModel = {
  schema: 'registry/v1',
  anchor: 'a'.repeat(40),
  key: 'Clf',
  name: 'Clf',
  created: 1,
  updated: 1,
  revision: 1,
}
const key = fc.constantFrom('a', 'b/c', '~1', '__proto__', 'é x')
const edit = fc.oneof(
  fc.tuple(fc.constant('tags'), key, fc.option(fc.string({ maxLength: 3 }))),
  fc.tuple(fc.constant('aliases'), fc.constantFrom('x', 'y'), fc.option(fc.constantFrom('1', '2'))),
)

/** Every state that some clone held, of several that edit and meet. */
const states = fc
  .array(fc.tuple(fc.nat(), fc.option(fc.nat()), edit), { minLength: 2, maxLength: 12 })
  .map((steps) => {
    const seen = [FIRST]
    for (const [at, other, [group, name, value]] of steps) {
      const from = seen[at % seen.length]!
      const joined = other === null ? from : mergeEntities(from, seen[other % seen.length]!)
      const path = flatten({ [group]: { [name]: 0 } })[0]![0]
      const change = (registers: Map<string, unknown>): void => {
        if (value === null) registers.delete(path)
        else registers.set(path, value)
      }
      seen.push(editEntity(joined, change))
    }
    return seen
  })

function versioned(id: string, alias: string): RegisteredModel {
  return editEntity(FIRST, (registers) => {
    registers.set('versions/1/id', id)
    registers.set('versions/1/source', id)
    registers.set('versions/1/created', 1)
    registers.set('versions/1/updated', 1)
    registers.set(`aliases/${alias}`, '1')
  })
}

describe('entities', () => {
  it('join whatever the order, and twice is once', () => {
    fc.assert(
      fc.property(states, fc.nat(), fc.nat(), fc.nat(), (seen, i, j, k) => {
        const [a, b, c] = [i, j, k].map((index) => seen[index % seen.length]!) as [
          RegisteredModel,
          RegisteredModel,
          RegisteredModel,
        ]
        expect(mergeEntities(a, b)).toEqual(mergeEntities(b, a))
        expect(mergeEntities(mergeEntities(a, b), c)).toEqual(mergeEntities(a, mergeEntities(b, c)))
        expect(mergeEntities(mergeEntities(a, b), b)).toEqual(mergeEntities(a, b))
      }),
    )
  })

  it('read back what they were written as', () => {
    fc.assert(
      fc.property(states, (seen) => {
        const last = seen.at(-1)!
        const { valid, problems } = decodeEntityNote('registry', encodeEntityNote(last, []))
        expect(problems).toEqual([])
        expect(valid[0]).toEqual(unflatten(flatten({ ...last })))
      }),
    )
  })

  it('give a number that both took to the published version', () => {
    const [ours, theirs] = [versioned('ours', 'mine'), versioned('theirs', 'hers')]
    const merged = mergeEntities(settleVersions(ours, theirs), theirs)
    expect(merged.versions?.['1']?.id).toBe('theirs')
    expect(merged.versions?.['2']?.id).toBe('ours')
    expect(merged.aliases).toEqual({ mine: '2', hers: '1' })
    // Whoever has that result already keeps it.
    expect(mergeEntities(settleVersions(theirs, merged), merged)).toEqual(merged)
  })
})

describe('an anchor', () => {
  it('is the same commit wherever it is made, and its name needs no git', async () => {
    const repos = await Promise.all([gitdir(), gitdir({ other: 'file' })])
    for (const { dir } of repos) {
      const repo = await openRepository({ cwd: dir, env: process.env, now: Date.now })
      const made = await writeAnchor(repo, 'experiment', 'digits ä')
      expect(made).toBe(anchorOid(repo, 'experiment', 'digits ä'))
      expect(made).toBe('9ebd462f7ab7c5d360bc131087bf1c84b9791b50')
    }
  })
})
