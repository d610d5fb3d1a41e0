import type { Oid } from '../domain/run.ts'
import { BatchReader } from './batch-reader.ts'
import { askCatFile } from './cat-file.ts'
import type { Repository } from './repository.ts'

/**
 * Reads objects one after the other: memory does not depend on how many they are.
 *
 * @param names - object names, or anything else that git resolves and that has no newline.
 * @param most - how many bytes of each are read, from its beginning.
 * @param visit - gets the position in `names`, the first bytes, and how many the object has. What is not there is not
 *   visited. The bytes are valid until it returns.
 * @throws ModelError as `askCatFile`.
 */
export async function streamObjects(
  repo: Pick<Repository, 'root'>,
  names: readonly Oid[],
  most: number,
  visit: (index: number, content: Buffer, size: number) => void,
): Promise<void> {
  if (names.length === 0) return
  const reader = new BatchReader(most, visit)
  await askCatFile(
    repo.root,
    names.map((name) => `contents ${name}`),
    (chunk) => {
      reader.push(chunk)
      return reader.answered === names.length
    },
  )
}
