import type { Oid } from '../domain/run.ts'
import type { Mark, ObjectWriter } from '../git/object-writer.ts'

const MAX_PARENTS = 200

/** Plans keep commits: an empty tree, and as parents the previous keep commit and what is to be reachable. */
export function planKeep(
  writer: ObjectWriter,
  tip: Oid | undefined,
  commits: readonly Oid[],
  message: string,
): Mark | undefined {
  let last: Mark | undefined
  for (let at = 0; at < commits.length; at += MAX_PARENTS) {
    const previous = last ?? tip
    const parents = [...(previous === undefined ? [] : [previous]), ...commits.slice(at, at + MAX_PARENTS)]
    last = writer.commit({ parents, message, clear: true })
  }
  return last
}
