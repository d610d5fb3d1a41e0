import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects } from './read-objects.ts'
import type { Repository } from './repository.ts'

/** A file that stands in one of two trees of notes and not, or not the same, in the other. */
export interface TreeDifference {
  /** Hexadecimal digits with `/` between them. */
  path: string
  before: Oid | undefined
  after: Oid | undefined
}

/** How many notes may differ, and how many folders. No honest history comes near. */
const MOST_NOTES = 3_000_000
const MOST_FOLDERS = 100_000

/**
 * Compares two trees of notes, and looks at nothing but what can be the path of a note: hexadecimal names. A tree of a
 * few kilobytes can hold itself a thousand times over; `git diff-tree` would walk it to its end, and keep it in memory.
 *
 * @param from - a commit or tree; undefined for an empty one.
 * @throws ModelError `too-large`.
 */
export async function diffNoteTrees(
  repo: Repository,
  from: Oid | undefined,
  to: Oid,
): Promise<TreeDifference[]> {
  const differences: TreeDifference[] = []
  let folders: TreeDifference[] = [
    { path: '', before: from === undefined ? undefined : `${from}^{tree}`, after: `${to}^{tree}` },
  ]
  for (let seen = 0; folders.length > 0;) {
    seen += folders.length
    if (seen > MOST_FOLDERS || differences.length > MOST_NOTES) throw tooLarge(to)
    const trees = await readTrees(repo, folders)
    const deeper: TreeDifference[] = []
    for (const { path, before, after } of folders) {
      const [left = EMPTY, right = EMPTY] = [before, after].map((oid) => trees.get(oid ?? ''))
      compare(path, [left, right], repo.hashLength, differences, deeper)
      if (deeper.length > MOST_FOLDERS || differences.length > MOST_NOTES) throw tooLarge(to)
    }
    folders = deeper
  }
  return differences
}

/** The entries of a tree by name, of those that can be in the path of a note. */
type Tree = ReadonlyMap<string, ParsedEntry>

interface ParsedEntry {
  oid: Oid
  isFolder: boolean
}

function compare(
  path: string,
  trees: readonly [Buffer, Buffer],
  hashLength: number,
  differences: TreeDifference[],
  folders: TreeDifference[],
): void {
  const digits = path.replaceAll('/', '').length
  const [left, right] = parseDifferent(trees, hashLength / 2)
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const [before, after] = [left.get(name), right.get(name)]
    if (before?.oid === after?.oid && before?.isFolder === after?.isFolder) continue
    const file = { before: fileOid(before), after: fileOid(after) }
    const folder = { before: folderOid(before), after: folderOid(after) }
    const isWhole = digits + name.length === hashLength
    if (isWhole && (file.before ?? file.after) !== undefined) differences.push({ path: path + name, ...file })
    if (!isWhole && (folder.before ?? folder.after) !== undefined && digits + name.length < hashLength)
      folders.push({ path: `${path}${name}/`, ...folder })
  }
}

type Entry = ParsedEntry | undefined

function fileOid(entry: Entry): Oid | undefined {
  return entry?.isFolder === false ? entry.oid : undefined
}

function folderOid(entry: Entry): Oid | undefined {
  return entry?.isFolder === true ? entry.oid : undefined
}

async function readTrees(repo: Repository, folders: readonly TreeDifference[]): Promise<Map<Oid, Buffer>> {
  const names = [...new Set(folders.flatMap(({ before, after }) => [before, after]))].filter(
    (oid) => oid !== undefined,
  )
  const objects = await readObjects(repo, names)
  const trees = new Map<Oid, Buffer>()
  for (const [index, object] of objects.entries()) {
    if (object?.tooLarge === true) throw tooLarge(names[index]!)
    if (object?.type !== 'tree') throw missing(names[index]!)
    trees.set(names[index]!, object.content)
  }
  return trees
}

const EMPTY = Buffer.alloc(0)

// Both are sorted by name, so what stands in both is met at once and never becomes an object here. Where somebody wrote
// a tree in another order, more is collected, and the same found.
function parseDifferent([left, right]: readonly [Buffer, Buffer], oidLength: number): [Tree, Tree] {
  const [a, b] = [new Entries(left, oidLength), new Entries(right, oidLength)]
  const trees = [new Map<string, ParsedEntry>(), new Map<string, ParsedEntry>()] as const
  while (!a.isOver || !b.isOver) {
    const order = a.isOver ? 1 : b.isOver ? -1 : a.compareName(b)
    if (order !== 0 || !a.isSame(b)) {
      if (order <= 0) a.addTo(trees[0])
      if (order >= 0) b.addTo(trees[1])
    }
    if (order <= 0) a.next()
    if (order >= 0) b.next()
  }
  return [trees[0], trees[1]]
}

/** Goes through the entries of a tree, `<mode> <name>\0<oid>` each, and makes nothing of those that are not asked for. */
class Entries {
  readonly #tree: Buffer
  readonly #oidLength: number
  #start = 0
  #name = 0
  #zero = 0
  #end = 0
  isOver = false

  constructor(tree: Buffer, oidLength: number) {
    this.#tree = tree
    this.#oidLength = oidLength
    this.next()
  }

  next(): void {
    const tree = this.#tree
    this.#start = this.#end
    let at = this.#start
    while (at < tree.length && tree[at] !== SPACE) at++
    this.#name = at + 1
    while (at < tree.length && tree[at] !== 0) at++
    this.#zero = at
    this.#end = at + 1 + this.#oidLength
    // An entry that git did not write ends the tree.
    this.isOver = this.#end > tree.length || this.#name > this.#zero
  }

  compareName(other: Entries): number {
    return this.#tree.compare(other.#tree, other.#name, other.#zero, this.#name, this.#zero)
  }

  isSame(other: Entries): boolean {
    return this.#tree.compare(other.#tree, other.#start, other.#end, this.#start, this.#end) === 0
  }

  // A link or a submodule is no note.
  addTo(tree: Map<string, ParsedEntry>): void {
    const mode = this.#tree.toString('latin1', this.#start, this.#name - 1)
    const name = this.#tree.toString('latin1', this.#name, this.#zero)
    const isFolder = mode === '40000' || mode === '040000'
    if (!/^[0-9a-f]+$/.test(name) || !(isFolder || mode.startsWith('100'))) return
    tree.set(name, { oid: this.#tree.toString('hex', this.#zero + 1, this.#end), isFolder })
  }
}

const SPACE = 32

function tooLarge(oid: Oid): ModelError {
  return new ModelError('too-large', 'its tree has more notes than any honest one', {
    hints: [`see who made it: git log -1 ${oid.slice(0, 12)}`],
    data: { oid },
  })
}

function missing(name: string): ModelError {
  return new ModelError('git-failed', `there is no tree ${name.slice(0, 12)}`, {
    hints: ['git fsck', 'git model doctor'],
    data: { name },
  })
}
