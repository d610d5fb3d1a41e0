/** A content that claims a path. */
interface Claim {
  path: string
  oid: string
}

/**
 * Returns which of some files count, where several claim one path, or one claims a folder of another: what stands, else
 * the greatest content and the longer path. All who know the same files choose alike.
 *
 * @param standing - the content that stands at a path, as far as something does.
 */
export function settleFiles<T extends Claim>(
  files: readonly T[],
  standing: ReadonlyMap<string, string> = new Map(),
): T[] {
  if (contestedPaths(files).length === 0) return [...files]
  const stands = ({ path, oid }: T): boolean => standing.get(path) === oid
  const byPath = new Map<string, T>()
  for (const file of files) {
    const other = byPath.get(file.path)
    const wins = other === undefined || (stands(file) !== stands(other) ? stands(file) : file.oid > other.oid)
    if (wins) byPath.set(file.path, file)
  }
  const settled: T[] = []
  for (const file of [...byPath.values()].sort(foldersFirst)) {
    const last = settled.at(-1)
    if (last === undefined || !isBelow(file.path, last.path)) settled.push(file)
    else if (!stands(last)) settled[settled.length - 1] = file
  }
  const chosen = new Set(settled)
  return files.filter((file) => chosen.has(file))
}

/** Returns the paths that cannot all stand: claimed twice, or by a file where another has a folder. */
export function contestedPaths(files: readonly Pick<Claim, 'path'>[]): string[] {
  if (files.length < 2) return []
  const contested = new Set<string>()
  let [above, last] = ['', '']
  for (const { path } of files.toSorted(foldersFirst)) {
    if (above !== '' && isBelow(path, above)) contested.add(above).add(path)
    else above = path
    if (path === last) contested.add(path)
    last = path
  }
  return [...contested]
}

/** Lists the folders that a path is in, the outermost first: `a` and `a/b` of `a/b/c`. */
export function foldersOf(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder) && path[folder.length] === '/'
}

// So that all that is below a path comes right behind it.
function foldersFirst(a: Pick<Claim, 'path'>, b: Pick<Claim, 'path'>): number {
  const [x, y] = [a.path.replaceAll('/', '\0'), b.path.replaceAll('/', '\0')]
  return x < y ? -1 : Number(x > y)
}
