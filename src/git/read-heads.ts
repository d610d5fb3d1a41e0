import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'
import { streamObjects } from './stream-objects.ts'

/**
 * Reads the first bytes of blobs with one git process. Memory depends on `length`, not on the blobs.
 *
 * @param length - in bytes, of each.
 */
export async function readHeads(
  repo: Repository,
  oids: readonly Oid[],
  length: number,
): Promise<Map<Oid, Buffer>> {
  const heads = new Map<Oid, Buffer>()
  await streamObjects(repo, oids, length, (index, content) => heads.set(oids[index]!, Buffer.from(content)))
  return heads
}
