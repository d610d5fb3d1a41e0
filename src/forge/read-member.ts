/** Returns a member of a member… of what a host answered; undefined where there is none. */
export function memberAt(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  return found
}

/** Returns a text that a host answered; undefined where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = memberAt(value, ...path)
  return typeof found === 'string' ? found : undefined
}

/** Returns a number that a host answered, such as that of a comment; undefined where there is none. */
export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = memberAt(value, ...path)
  return Number.isSafeInteger(found) ? (found as number) : undefined
}

/** Returns the name of a commit that a host answered; undefined where there is none. */
export function oidAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = textAt(value, ...path)
  return found !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(found) ? found : undefined
}
