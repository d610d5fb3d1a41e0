/** What readers throw without meaning to. Whether it goes on to the caller: tests want to see it as what it is. */
export const readerFailures = { areThrown: false }

const SLIPS = [RangeError, TypeError, SyntaxError]

/**
 * Says what went wrong in a reader that did not expect what a file holds: one odd file must not stop a commit.
 *
 * @param reader - its name.
 * @returns undefined for what is no slip of a reader: damage that it told, an error of the system.
 */
export function readerFailure(error: unknown, reader: string): string | undefined {
  const isSlip = SLIPS.some((kind) => error instanceof kind)
  if (!isSlip || readerFailures.areThrown) return undefined
  return `the reader of ${reader} fails at it (${(error as Error).message.slice(0, 200)})`
}
