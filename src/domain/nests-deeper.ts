/**
 * Tells whether a value nests deeper than so many levels, as one does that holds itself: the aliases of YAML can say so.
 * What stands in it in several places is looked at once.
 */
export function nestsDeeper(value: unknown, levels: number): boolean {
  const heights = new Map<object, number>()
  const heightOf = (part: unknown): number => {
    if (typeof part !== 'object' || part === null) return 0
    const known = heights.get(part)
    if (known !== undefined) return known
    // Until it is known: whoever meets it again below stands in a circle.
    heights.set(part, Infinity)
    const height = 1 + Object.values(part).reduce<number>((most, each) => Math.max(most, heightOf(each)), 0)
    heights.set(part, height)
    return height
  }
  return heightOf(value) > levels
}
