/** Texts with more lines than this are not compared line by line. */
const MAX_LINES = 5000

/**
 * Merges two texts line by line against the text that both were made from. The same for either order of sides.
 *
 * @returns undefined where both changed the same or adjacent lines, and somebody has to decide.
 */
export function mergeLines(base: string, a: string, b: string): string | undefined {
  const [from, left, right] = [base, a, b].map((text) => text.split(/(?<=\n)/))
  if ([from, left, right].some((lines) => lines!.length > MAX_LINES)) return undefined
  const edits = [...editsOf(from!, left!), ...editsOf(from!, right!)].sort(order)
  const unique = edits.filter((edit, index) => index === 0 || order(edits[index - 1]!, edit) !== 0)
  if (unique.some((edit, index) => index > 0 && edit.from <= unique[index - 1]!.to)) return undefined
  let at = 0
  const parts: string[] = []
  for (const edit of unique) {
    parts.push(...from!.slice(at, edit.from), ...edit.lines)
    at = edit.to
  }
  return [...parts, ...from!.slice(at)].join('')
}

/** Lines of the base that other lines take the place of. */
interface Edit {
  from: number
  to: number
  lines: string[]
}

function order(a: Edit, b: Edit): number {
  if (a.from !== b.from || a.to !== b.to) return a.from - b.from || a.to - b.to
  const [x, y] = [a.lines.join(''), b.lines.join('')]
  return x === y ? 0 : x < y ? -1 : 1
}

function editsOf(base: string[], changed: string[]): Edit[] {
  const edits: Edit[] = []
  let [at, to] = [0, 0]
  for (const [i, j] of [...commonLines(base, changed), [base.length, changed.length] as const]) {
    if (i > at || j > to) edits.push({ from: at, to: i, lines: changed.slice(to, j) })
    at = i + 1
    to = j + 1
  }
  return edits
}

// Myers' O(ND) difference ("An O(ND) Difference Algorithm and Its Variations", 1986), with the common ends cut off.
function commonLines(a: string[], b: string[]): (readonly [number, number])[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const pairs: (readonly [number, number])[] = Array.from(
    { length: head },
    (_, index) => [index, index] as const,
  )
  const middle = shortestPath(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  pairs.push(...middle.map(([i, j]) => [i + head, j + head] as const))
  for (let index = tail; index > 0; index--) pairs.push([a.length - index, b.length - index])
  return pairs
}

/** How many differences are looked for before everything between the common ends counts as changed. */
const MAX_DIFFERENCES = 500

function shortestPath(a: string[], b: string[]): (readonly [number, number])[] {
  const frontier = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let d = 0; d <= Math.min(a.length + b.length, MAX_DIFFERENCES); d++) {
    trace.push(new Map(frontier))
    for (let k = -d; k <= d; k += 2) {
      let x = goesDown(frontier, k, d) ? frontier.get(k + 1)! : frontier.get(k - 1)! + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      frontier.set(k, x)
      if (x >= a.length && x - k >= b.length) return backtrack(trace, a.length, b.length)
    }
  }
  return []
}

function goesDown(frontier: Map<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && (frontier.get(k - 1) ?? -1) < (frontier.get(k + 1) ?? -1))
}

function backtrack(trace: Map<number, number>[], x: number, y: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  for (let d = trace.length - 1; d >= 0; d--) {
    const frontier = trace[d]!
    const k = x - y
    const before = goesDown(frontier, k, d) ? k + 1 : k - 1
    const [fromX, fromY] = [frontier.get(before) ?? 0, (frontier.get(before) ?? 0) - before]
    while (x > fromX && y > fromY && x > 0 && y > 0) pairs.unshift([--x, --y])
    ;[x, y] = d === 0 ? [0, 0] : [fromX, fromY]
  }
  return pairs
}
