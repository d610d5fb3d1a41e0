/** A pickle that cannot be followed to its end. The message says why. */
export class UnreadablePickle extends Error {
  override readonly name = 'UnreadablePickle'
}
