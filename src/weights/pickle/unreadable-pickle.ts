/** A pickle that cannot be followed to its end. The message says why. */
export class UnreadablePickle extends Error {
  override readonly name = 'UnreadablePickle'
  /** Whether it holds more than is followed, so that nothing is said against its being a pickle. */
  readonly isTooMuch: boolean

  constructor(message: string, isTooMuch = false) {
    super(message)
    this.isTooMuch = isTooMuch
  }
}
