import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects } from './read-objects.ts'
import { missingTree } from './missing-tree.ts'
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
/** So many folders are read at once, that memory does not grow with the notes there are. */
const AT_ONCE = 64

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
    const deeper: TreeDifference[] = []
    for (let at = 0; at < folders.length; at += AT_ONCE) {
      const some = folders.slice(at, at + AT_ONCE)
      const trees = await readTrees(repo, some)
      for (const { path, before, after } of some) {
        const [left = EMPTY, right = EMPTY] = [before, after].map((oid) => trees.get(oid ?? ''))
        compare(path, [left, right], repo.hashLength, differences, deeper)
        if (deeper.length > MOST_FOLDERS || differences.length > MOST_NOTES) throw tooLarge(to)
      }
    }
    folders = deeper
  }
  return differences
}

/** The entries of a tree by name, of those that can be in the path of a note. */
type Tree = ReadonlyMap<string, ParsedEntry>

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
    if (object?.type !== 'tree') throw missingTree(names[index]!)
    trees.set(names[index]!, object.content)
  }
  return trees
}

const EMPTY = Buffer.alloc(0)

// Both are sorted by name, so what stands in both is met at once and never becomes an object here. Where somebody wrote
// a tree in another order, more is collected, and the same found. Bytes are compared one by one: there are a million of
// them in ten thousand notes, and most entries have fewer than a call into the runtime costs.
function parseDifferent([left, right]: readonly [Buffer, Buffer], oidLength: number): [Tree, Tree] {
  const trees = [new Map<string, ParsedEntry>(), new Map<string, ParsedEntry>()] as const
  let [a, b] = [0, 0]
  let [endA, endB] = [entryEnd(left, a, oidLength), entryEnd(right, b, oidLength)]
  while (endA > a || endB > b) {
    const isSame = endA - a === endB - b && areEqual(left, right, a, b, endA)
    const order = isSame ? 0 : endA === a ? 1 : endB === b ? -1 : compareNames(left, right, a, b)
    if (!isSame && order <= 0) addEntry(trees[0], left, a, endA, oidLength)
    if (!isSame && order >= 0) addEntry(trees[1], right, b, endB, oidLength)
    if (order <= 0) endA = entryEnd(left, (a = endA), oidLength)
    if (order >= 0) endB = entryEnd(right, (b = endB), oidLength)
  }
  return [trees[0], trees[1]]
}

interface ParsedEntry {
  oid: Oid
  isFolder: boolean
}

const SPACE = 32

// "<mode> <name>\0<oid>". What git did not write ends the tree.
function entryEnd(tree: Buffer, start: number, oidLength: number): number {
  let at = start
  while (at < tree.length && tree[at] !== 0) at++
  const end = at + 1 + oidLength
  return end > tree.length ? start : end
}

function areEqual(left: Buffer, right: Buffer, a: number, b: number, endA: number): boolean {
  for (; a < endA; a++, b++) if (left[a] !== right[b]) return false
  return true
}

function compareNames(left: Buffer, right: Buffer, a: number, b: number): number {
  let [one, other] = [nameStart(left, a), nameStart(right, b)]
  while (left[one] === right[other] && left[one] !== 0) {
    one++
    other++
  }
  return left[one]! - right[other]!
}

function nameStart(tree: Buffer, start: number): number {
  let at = start
  while (tree[at] !== SPACE && tree[at] !== 0) at++
  return tree[at] === SPACE ? at + 1 : at
}

// A link or a submodule is no note.
function addEntry(
  tree: Map<string, ParsedEntry>,
  content: Buffer,
  start: number,
  end: number,
  oidLength: number,
): void {
  const text = content.toString('latin1', start, end - oidLength - 1)
  const [, mode, name] = /^(0?40000|100\d*) ([0-9a-f]+)$/.exec(text) ?? []
  if (mode === undefined || name === undefined) return
  const oid = content.toString('hex', end - oidLength, end)
  tree.set(name, { oid, isFolder: !mode.startsWith('100') })
}

function tooLarge(oid: Oid): ModelError {
  return new ModelError('too-large', 'its tree has more notes than any honest one', {
    hints: [`see who made it: git log -1 ${oid.slice(0, 12)}`],
    data: { oid },
  })
}
