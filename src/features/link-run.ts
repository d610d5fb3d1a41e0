import type { Oid } from '../domain/run.ts'
import { resolveCommit } from '../git/resolve.ts'
import { editRun } from '../store/edit-run.ts'
import type { Store } from '../store/store.ts'
import { findRun } from '../store/runs.ts'

/** What was linked. */
export interface RunLinked {
  run: Oid
  name: string
  commit: Oid
  /** Whether the record named the commit before. */
  already: boolean
}

/**
 * Ties a run to a commit, as after a squash merge that changed both tree and commit.
 *
 * @throws ModelError `run-unknown`, `revision-unknown`, `revision-ambiguous`.
 */
export async function linkRun(store: Store, run: string, revision: string): Promise<RunLinked> {
  const { record } = await findRun(store, run)
  const commit = await resolveCommit(store.repo, revision)
  const already = record.links?.includes(commit) === true
  if (!already) await editRun(store, record.run, { links: [commit] })
  return { run: record.run, name: record.name, commit, already }
}
