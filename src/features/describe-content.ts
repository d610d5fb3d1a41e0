import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { isModelError } from '../domain/errors.ts'
import { parsePointer, type LfsPointer } from '../domain/lfs-pointer.ts'
import type { World } from '../domain/world.ts'
import { openRepository } from '../git/repository.ts'
import { objectPath } from '../lfs/lfs-store.ts'
import { hasObject } from '../lfs/transfer.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import { digestTensors, type TensorDigest } from '../weights/tensor/digest-tensors.ts'
import { placeTensors } from '../weights/tensor/place-tensors.ts'

/** What a version of a weight file is, as one version alone tells it. */
export type ContentDescription =
  | { kind: 'tensors'; formats: string[]; metadata: Record<string, string>; tensors: TensorDigest[] }
  /** Content whose tensors cannot be listed; `why` where it should have some. */
  | { kind: 'file'; size: number; sha256: string; why?: string }
  /** A pointer whose content is not here. */
  | { kind: 'pointer'; pointer: LfsPointer }

/**
 * Describes a version of a weight file for a textual diff. Damaged content is described too: a diff must not fail.
 *
 * @param file - with the content, or with its LFS pointer.
 */
export async function describeContent(world: World, file: string): Promise<ContentDescription> {
  const given = path.resolve(world.cwd, file)
  const pointer = pointerAt(given)
  const content = pointer === undefined ? given : await storedContent(world, pointer)
  if (content === undefined) return { kind: 'pointer', pointer: pointer! }
  try {
    const placed = await placeTensors([{ file: content, name: 'weights' }])
    return {
      kind: 'tensors',
      formats: placed.formats,
      metadata: placed.metadata,
      tensors: await digestTensors(placed),
    }
  } catch (error) {
    if (!isModelError(error)) throw error
    const isPlain = error.code === 'weights-invalid' && error.data['format'] !== undefined
    return { kind: 'file', ...(await hashFile(content)), ...(!isPlain && { why: error.message }) }
  }
}

function pointerAt(file: string): LfsPointer | undefined {
  return statSync(file).size < 1024 ? parsePointer(readFileSync(file, 'utf8')) : undefined
}

async function storedContent(world: World, { oid }: LfsPointer): Promise<string | undefined> {
  try {
    const lfs = await openLfsStore(await openRepository(world))
    return hasObject(lfs, oid) ? objectPath(lfs, oid) : undefined
  } catch (error) {
    if (isModelError(error)) return undefined
    throw error
  }
}

async function hashFile(file: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return { size: statSync(file).size, sha256: hash.digest('hex') }
}
