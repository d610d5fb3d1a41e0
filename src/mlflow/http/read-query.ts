/** Reads a query as members: a repeated key is a list. */
export function readQuery(query: URLSearchParams): Record<string, unknown> {
  const members = new Map<string, string | string[]>()
  for (const [key, value] of query) {
    const found = members.get(key)
    members.set(key, found === undefined ? value : [found, value].flat())
  }
  return Object.fromEntries(members)
}
