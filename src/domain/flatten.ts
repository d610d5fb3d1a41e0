/** Anything that YAML holds: maps down to texts, numbers, truth values and lists. */
export type Tree = { readonly [key: string]: unknown }

/**
 * Takes a tree apart into its leaves, by path. Keys are joined with `/`, and escaped as in a JSON Pointer (RFC 6901):
 * `~` is `~0` and `/` is `~1`. A list is a leaf; an empty map leaves no trace.
 */
export function flatten(tree: Tree, prefix = ''): [path: string, leaf: unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    const path = `${prefix}${escapeKey(key)}`
    if (value === undefined) return []
    return isTree(value) ? flatten(value, `${path}/`) : [[path, value]]
  })
}

/** Puts a tree together again; the reverse of {@link flatten}. */
export function unflatten(leaves: Iterable<readonly [path: string, leaf: unknown]>): Record<string, unknown> {
  const root = new Map<string, unknown>()
  for (const [path, leaf] of leaves) {
    const keys = path.split('/').map(unescapeKey)
    let at = root
    for (const key of keys.slice(0, -1)) {
      const found = at.get(key)
      const next = found instanceof Map ? (found as Map<string, unknown>) : new Map<string, unknown>()
      at.set(key, next)
      at = next
    }
    at.set(keys.at(-1)!, leaf)
  }
  return toObject(root)
}

/** Writes a key as a part of a path. */
export function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function unescapeKey(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function toObject(map: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    [...map].map(([key, value]) => [
      key,
      value instanceof Map ? toObject(value as Map<string, unknown>) : value,
    ]),
  )
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
