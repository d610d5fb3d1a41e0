import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, lstatSync, realpathSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { ModelError } from '../../domain/errors.ts'
import { isSafePath } from '../../domain/safe-path.ts'
import { objectPath, type LfsStore } from '../../lfs/lfs-store.ts'
import type { LfsFile } from '../../store/read-pointers.ts'
import type { Store } from '../../store/store.ts'
import { unsafePath } from './unsafe-path.ts'

/**
 * Writes a content into the work tree. It is checked while it is copied, and moved into place at once: a half-written
 * weight file never stands there.
 *
 * @throws ModelError `would-overwrite` where a link leads out of the work tree, `weights-absent` where it is damaged.
 */
export async function restoreFile(store: Store, lfs: LfsStore, file: LfsFile): Promise<void> {
  const target = path.join(store.repo.root, file.path)
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`
  refuseEscape(store, file, path.dirname(target))
  await mkdir(path.dirname(target), { recursive: true })
  try {
    const hash = createHash('sha256')
    const output = await open(temporary, 'wx')
    try {
      if (file.size > 0) {
        for await (const chunk of createReadStream(objectPath(lfs, file.oid), { highWaterMark: 1 << 20 })) {
          hash.update(chunk as Buffer)
          await output.writeFile(chunk as Buffer)
        }
      }
    } finally {
      await output.close()
    }
    if (file.size > 0 && hash.digest('hex') !== file.oid) throw damaged(file)
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
}

// A folder in the work tree may be a link that leads out of it.
function refuseEscape(store: Store, file: LfsFile, folder: string): void {
  let standing = folder
  while (lstatSync(standing, { throwIfNoEntry: false }) === undefined) standing = path.dirname(standing)
  const [root, real] = [realpathSync(store.repo.root), resolveLink(standing)]
  const inside = real === undefined ? '..' : path.relative(root, real)
  if (inside === '' || isSafePath(inside.split(path.sep).join('/'))) return
  throw unsafePath(file.path)
}

// Undefined for a link to what is not there.
function resolveLink(file: string): string | undefined {
  try {
    return realpathSync(file)
  } catch {
    return undefined
  }
}

function damaged(file: LfsFile): ModelError {
  return new ModelError(
    'weights-absent',
    `the content of ${file.path} here is damaged; the work tree was not touched`,
    {
      hints: ['git lfs fsck', 'git lfs fetch --all'],
      data: { ...file },
    },
  )
}
