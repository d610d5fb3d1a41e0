/** Returns the known word that a word is most likely meant to be; undefined where none is close, or it is known. */
export function nearMiss(word: string, known: readonly string[]): string | undefined {
  if (word.length > 60 || known.includes(word)) return undefined
  const limit = word.length <= 4 ? 1 : 2
  const ranked = known.map((other) => ({ other, distance: editDistance(word, other) }))
  // Of two that are as near, the one of the same length: a letter is mistyped more often than left out.
  const longer = ({ other }: { other: string }): number => Math.abs(other.length - word.length)
  return ranked
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || longer(a) - longer(b))[0]?.other
}

// Damerau's distance with adjacent transpositions (optimal string alignment).
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same, swapped))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
