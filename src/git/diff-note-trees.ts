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
type Tree = ReadonlyMap<string, { oid: Oid; isFolder: boolean }>

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

type Entry = { oid: Oid; isFolder: boolean } | undefined

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

// Trees that differ in a few of their entries are alike before and behind them: only what is between is parsed.
function parseDifferent([left, right]: readonly [Buffer, Buffer], oidLength: number): [Tree, Tree] {
  const start = entryStart(left, commonStart(left, right), oidLength)
  const end = commonEnd(left.subarray(start), right.subarray(start))
  const [a, b] = [left, right].map((tree) => parseTree(tree, start, tree.length - end, oidLength))
  if (left.length - a!.end === right.length - b!.end) return [a!.tree, b!.tree]
  // Entries that end alike need not begin alike, where somebody wants it so.
  return [
    parseTree(left, start, left.length, oidLength).tree,
    parseTree(right, start, right.length, oidLength).tree,
  ]
}

// Returns where the last entry begins that begins at or before a place.
function entryStart(tree: Buffer, place: number, oidLength: number): number {
  for (let at = 0; ;) {
    const end = tree.indexOf(0, at)
    if (end < 0 || end + 1 + oidLength > place) return at
    at = end + 1 + oidLength
  }
}

// How many bytes are the same: comparing halves is faster than looking at each.
function commonStart(left: Buffer, right: Buffer): number {
  return longestCommon(
    Math.min(left.length, right.length),
    (from, to) => left.compare(right, from, to, from, to) === 0,
  )
}

function commonEnd(left: Buffer, right: Buffer): number {
  const [a, b] = [left.length, right.length]
  return longestCommon(
    Math.min(a, b),
    (from, to) => left.compare(right, b - to, b - from, a - to, a - from) === 0,
  )
}

function longestCommon(most: number, isSame: (from: number, to: number) => boolean): number {
  let [known, end] = [0, most]
  while (known < end) {
    const middle = known + Math.ceil((end - known) / 2)
    if (isSame(known, middle)) known = middle
    else end = middle - 1
  }
  return known
}

// "<mode> <name>\0<oid>" for each entry. A link or a submodule is no note. All entries that begin before `end`.
function parseTree(
  content: Buffer,
  start: number,
  end: number,
  oidLength: number,
): { tree: Tree; end: number } {
  const tree = new Map<string, { oid: Oid; isFolder: boolean }>()
  let at = start
  while (at < end) {
    const [space, zero] = [content.indexOf(32, at), content.indexOf(0, at)]
    if (space < 0 || zero < space) break
    const mode = content.toString('latin1', at, space)
    const name = content.toString('latin1', space + 1, zero)
    at = zero + 1 + oidLength
    const isFolder = mode === '40000' || mode === '040000'
    if (/^[0-9a-f]+$/.test(name) && (isFolder || mode.startsWith('100')))
      tree.set(name, { oid: content.toString('hex', zero + 1, at), isFolder })
  }
  return { tree, end: at }
}

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
