import { parsePointer, type LfsPointer } from '../domain/lfs-pointer.ts'
import type { Oid } from '../domain/run.ts'
import type { Repository } from '../git/repository.ts'
import { git } from '../git/run-git.ts'
import { streamObjects } from '../git/stream-objects.ts'

/** Of so many paths each is looked up; of more the whole tree is listed. */
const FEW = 200
/** A pointer is shorter, in bytes (git-lfs, `docs/spec.md`). */
const MAX_POINTER = 1024

/** Reads the LFS pointers that stand at some paths of a commit. */
export async function pointersAt(
  repo: Repository,
  commit: Oid,
  paths: readonly string[],
): Promise<(LfsPointer & { path: string })[]> {
  const places =
    paths.length <= FEW
      ? paths.map((path) => ({ path, name: `${commit}:${path}` }))
      : await blobsAt(repo, commit, paths)
  const asked = places.filter(({ name }) => !/[\n\0]/.test(name))
  const found: (LfsPointer & { path: string })[] = []
  await streamObjects(
    repo,
    asked.map(({ name }) => name),
    MAX_POINTER,
    (index, content, size) => {
      const pointer = size < MAX_POINTER ? parsePointer(content.toString('utf8')) : undefined
      if (pointer !== undefined) found.push({ ...pointer, path: asked[index]!.path })
    },
  )
  return found
}

async function blobsAt(
  repo: Repository,
  commit: Oid,
  paths: readonly string[],
): Promise<{ path: string; name: Oid }[]> {
  const wanted = new Set(paths)
  const { stdout } = await git(repo, ['ls-tree', '-r', '-z', '-l', '--full-tree', commit])
  return stdout.split('\0').flatMap((line) => {
    const tab = line.indexOf('\t')
    const [, type, blob, size] = line.slice(0, Math.max(0, tab)).split(/ +/)
    const path = line.slice(tab + 1)
    return type === 'blob' && Number(size) < MAX_POINTER && wanted.has(path) ? [{ path, name: blob! }] : []
  })
}
