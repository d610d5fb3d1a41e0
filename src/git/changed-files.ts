import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects } from './read-objects.ts'
import { missingTree } from './missing-tree.ts'
import type { Repository } from './repository.ts'

/** A regular file in a tree. */
interface ChangedFile {
  path: string
  oid: Oid
}

/** A folder that differs; no tree where a version lacks it. */
interface Folder {
  /** With a slash at its end. */
  path: string
  base: string | undefined
  head: string
}

/** So many may differ. A tree of a few kilobytes can hold itself a thousand times over. */
const MOST_FILES = 1_000_000
const MOST_FOLDERS = 100_000

/**
 * Lists the regular files that a version has and another lacks, or has with another content. It asks for trees that
 * differ alone, and no process but the one that answers all else: `git diff-tree` takes longer to start.
 *
 * @param base - a commit or tree, and so is `head`.
 * @throws ModelError `too-large`, `git-failed`.
 */
export async function changedFiles(repo: Repository, base: Oid, head: Oid): Promise<ChangedFile[]> {
  const files: ChangedFile[] = []
  let folders: Folder[] = base === head ? [] : [{ path: '', base: `${base}^{tree}`, head: `${head}^{tree}` }]
  for (let seen = 0; folders.length > 0;) {
    seen += folders.length
    const trees = await readTrees(repo, folders, head)
    const deeper: Folder[] = []
    for (const folder of folders) {
      compare(folder, trees, repo.hashLength / 2, files, deeper)
      // Here, and not once for all of them: each may hold as many again.
      if (files.length > MOST_FILES || seen + deeper.length > MOST_FOLDERS) throw tooLarge(head)
    }
    folders = deeper
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Collects the files and folders of a folder that differ. */
function compare(
  { path, base, head }: Folder,
  trees: ReadonlyMap<string, Buffer>,
  oidLength: number,
  files: ChangedFile[],
  folders: Folder[],
): void {
  const before = new Map<string, Entry>()
  if (base !== undefined)
    for (const entry of entriesOf(trees.get(base)!, oidLength)) before.set(entry.name, entry)
  for (const { name, oid, kind } of entriesOf(trees.get(head)!, oidLength)) {
    const old = before.get(name)
    if (old?.oid === oid && old.kind === kind) continue
    if (kind === 'file') files.push({ path: path + name, oid })
    if (kind === 'folder')
      folders.push({ path: `${path}${name}/`, base: old?.kind === kind ? old.oid : undefined, head: oid })
  }
}

async function readTrees(
  repo: Repository,
  folders: readonly Folder[],
  head: Oid,
): Promise<Map<string, Buffer>> {
  const names = [...new Set(folders.flatMap((folder) => [folder.base, folder.head]))].filter(
    (name) => name !== undefined,
  )
  const objects = await readObjects(repo, names)
  return new Map(
    objects.map((object, index) => {
      if (object?.tooLarge === true) throw tooLarge(head)
      if (object?.type !== 'tree') throw missingTree(names[index]!)
      return [names[index]!, object.content]
    }),
  )
}

interface Entry {
  name: string
  oid: Oid
  /** Links and submodules are neither. */
  kind: 'file' | 'folder' | undefined
}

// "<mode> <name>\0<oid>" (gitformat-tree). What git did not write ends the tree.
function* entriesOf(tree: Buffer, oidLength: number): Generator<Entry> {
  for (let at = 0; ;) {
    const [space, zero] = [tree.indexOf(' ', at), tree.indexOf(0, at)]
    const end = zero + 1 + oidLength
    if (space < 0 || zero < space || end > tree.length) return
    const mode = tree.toString('latin1', at, space)
    yield {
      name: tree.toString('utf8', space + 1, zero),
      oid: tree.toString('hex', zero + 1, end),
      kind: mode.startsWith('100') ? 'file' : /^0?40000$/.test(mode) ? 'folder' : undefined,
    }
    at = end
  }
}

function tooLarge(oid: Oid): ModelError {
  return new ModelError('too-large', 'more files differ than any honest change has', {
    hints: [`see who made it: git log -1 ${oid.slice(0, 12)}`],
    data: { oid },
  })
}
