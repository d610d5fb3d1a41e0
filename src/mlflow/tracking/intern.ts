const LONGEST = 64
const MOST = 20_000
const known = new Map<string, string>()

/**
 * Returns a text that is the same as this one, and the same object for all who ask: ten thousand runs have the same names
 * of metrics and params.
 */
export function intern<T>(text: T): T {
  if (typeof text !== 'string' || text.length > LONGEST) return detach(text)
  const same = known.get(text)
  if (same !== undefined) return same as T
  if (known.size >= MOST) known.clear()
  const own = detach(text)
  known.set(own, own)
  return own
}

/** Returns a text of its own: a piece of a note keeps the whole note in memory. */
export function detach<T>(text: T): T {
  return typeof text === 'string' && /^[ -~]*$/.test(text)
    ? (Buffer.from(text).toString('latin1') as T)
    : text
}
