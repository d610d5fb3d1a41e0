/** The longest name of a tensor, in characters; that of the deepest layer has some hundreds. */
const MAX_NAME = 4096
/** The most characters that the names of one file have together. */
const MAX_NAMES = 2 ** 26

/**
 * Names tensors after the keys that lead to them. A file says each key once, and the name of every tensor behind it
 * begins with it: a few hundred kilobytes can name gigabytes.
 */
export class TensorNames {
  readonly #separator: string
  readonly #fail: (why: string) => Error
  #left: number

  /** @param fail - makes the error for names that are too long. */
  constructor(separator: string, fail: (why: string) => Error, most = MAX_NAMES) {
    this.#separator = separator
    this.#fail = fail
    this.#left = most
  }

  /** Joins the name of what holds something with its key; the outermost has no name. */
  join(name: string, key: string): string {
    return name === '' ? key : `${name}${this.#separator}${key}`
  }

  /** Checks and counts the name of a tensor that was found, and returns it. What holds no tensor may have any name. */
  keep(name: string): string {
    this.#left -= name.length
    if (name.length > MAX_NAME) throw this.#fail(`a name in it has more than ${MAX_NAME} characters`)
    if (this.#left < 0) throw this.#fail('the names in it are too long together')
    return name
  }
}
