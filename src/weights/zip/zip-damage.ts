/** A zip archive that is not in order. The message says why. */
export class ZipDamage extends Error {
  override readonly name = 'ZipDamage'
}

/** Quotes a member's name for a message. */
export function quoteName(name: string): string {
  return JSON.stringify(name.slice(0, 200))
}
