import { createHash } from 'node:crypto'
import type { EntityKind } from '../domain/entity.ts'
import type { Oid } from '../domain/run.ts'
import { ObjectWriter, type CommitPlan } from './object-writer.ts'
import type { Repository } from './repository.ts'

// Nothing of a clone goes into an anchor: neither who made it nor when.
const IDENTITY = 'git-model <git-model@invalid> 0 +0000'
const ALGORITHM = { 40: 'sha1', 64: 'sha256' } as const

/**
 * Returns the anchor of an entity: the commit without parents, files, author and time that its note hangs on. Its name
 * depends on the kind and the key alone, so that clones that never met make the same one.
 */
export function anchorOid(repo: Pick<Repository, 'hashLength'>, kind: EntityKind, key: string): Oid {
  const tree = hashObject(repo, 'tree', '')
  const lines = [`tree ${tree}`, `author ${IDENTITY}`, `committer ${IDENTITY}`]
  return hashObject(repo, 'commit', `${lines.join('\n')}\n\n${messageOf(kind, key)}`)
}

/** Makes the anchor, where it is not there yet. */
export async function writeAnchor(repo: Repository, kind: EntityKind, key: string): Promise<Oid> {
  const writer = new ObjectWriter(IDENTITY)
  const plan: CommitPlan = { parents: [], message: messageOf(kind, key), clear: true }
  const mark = writer.commit(plan)
  return (await writer.write(repo))(mark)
}

function messageOf(kind: EntityKind, key: string): string {
  return `${kind}: ${key}\n`
}

function hashObject({ hashLength }: Pick<Repository, 'hashLength'>, type: string, text: string): Oid {
  const content = Buffer.from(text)
  return createHash(ALGORITHM[hashLength]).update(`${type} ${content.length}\0`).update(content).digest('hex')
}
