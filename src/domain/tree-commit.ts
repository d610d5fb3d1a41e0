import type { Oid } from './run.ts'
import type { Side } from './side.ts'

/** Returns the commit whose files a side has: that of a run's outputs, where a run was named. */
export function treeCommit({ rule, record, commit }: Side): Oid {
  return rule === undefined ? (record?.outputs?.commit ?? commit) : commit
}
