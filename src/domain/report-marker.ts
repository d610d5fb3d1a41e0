/**
 * Returns the hidden first line of a comment, by which the next report finds it. Each workflow has its own.
 *
 * @param key - any text.
 */
export function reportMarker(key: string): string {
  // An HTML comment ends at "--", so the key has no hyphen.
  return `<!-- git-model review: ${encodeURIComponent(key).replaceAll('-', '%2D').replaceAll("'", '%27')} -->`
}

/** Tells whether a comment begins with a marker. Hosts may change the ends of lines. */
export function hasMarker(body: string, marker: string): boolean {
  return body.split(/\r?\n/, 1)[0]?.trim() === marker
}
