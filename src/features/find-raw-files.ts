import { parsePointer } from '../domain/lfs-pointer.ts'
import { readObjects, statObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'
import { git } from '../git/run-git.ts'

const MAX_POINTER = 1024

/** Lists the tracked files that `.gitattributes` routes through Git LFS and whose content is in git itself. */
export async function findRawFiles(repo: Repository): Promise<string[]> {
  const { stdout } = await git(repo, ['ls-files', '--stage', '-z', '--', ':(top,attr:filter=lfs)'])
  const files = stdout.split('\0').flatMap((line) => {
    const match = /^100\d{3} ([0-9a-f]+) \d\t(.*)$/s.exec(line)
    return match === null ? [] : [{ oid: match[1]!, path: match[2]! }]
  })
  const stats = await statObjects(
    repo,
    files.map(({ oid }) => oid),
  )
  const small = files.filter((_, index) => (stats[index]?.size ?? 0) < MAX_POINTER)
  const objects = await readObjects(
    repo,
    small.map(({ oid }) => oid),
  )
  // An empty file is its own pointer.
  const pointers = new Set(small.filter((_, index) => isPointer(objects[index]?.content ?? Buffer.alloc(0))))
  return files.filter((file) => !pointers.has(file)).map(({ path }) => path)
}

function isPointer(content: Buffer): boolean {
  return content.length === 0 || parsePointer(content.toString('utf8')) !== undefined
}
