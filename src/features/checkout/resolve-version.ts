import { isModelError, ModelError } from '../../domain/errors.ts'
import { ARTIFACTS, type Oid } from '../../domain/run.ts'
import { tryResolveCommit } from '../../git/resolve.ts'
import { currentFiles } from '../../store/current-files.ts'
import type { LfsFile } from '../../store/read-pointers.ts'
import type { Store } from '../../store/store.ts'
import { findRun } from '../../store/runs.ts'
import { syncFirst } from '../../store/sync-first.ts'

/** Where a version comes from: a run, or a commit. */
export interface VersionSource {
  kind: 'run' | 'commit'
  oid: Oid
  name?: string
  /** The commit whose tree has the weights. */
  weights: Oid
  /** The commit whose tree has the code. */
  code: Oid
  outputs: LfsFile[]
}

/**
 * Finds the run or the commit that a name means.
 *
 * @throws ModelError `revision-unknown`, `revision-ambiguous`.
 */
export async function resolveVersion(store: Store, version: string): Promise<VersionSource> {
  const run = await findRun(store, version).catch((error: unknown) => {
    if (isModelError(error, 'run-unknown')) return undefined
    throw error
  })
  if (run !== undefined) {
    const { record } = run
    const outputs = (await currentFiles(store.repo, record)).filter(
      (file) => !file.path.startsWith(`${ARTIFACTS}/`),
    )
    return {
      kind: 'run',
      oid: record.run,
      name: record.name,
      weights: record.outputs?.commit ?? record.run,
      code: record.run,
      outputs: outputs.map((file) => ({ ...file, oid: file.oid.replace('sha256:', '') })),
    }
  }
  const commit = await tryResolveCommit(store.repo, version)
  if (commit !== undefined) return { kind: 'commit', oid: commit, weights: commit, code: commit, outputs: [] }
  throw new ModelError('revision-unknown', `there is no run, commit, branch or tag "${version}"`, {
    hints: await syncFirst(store, [
      'git model runs',
      'git log --oneline -10',
      'git model sync   (if a teammate made it)',
    ]),
    data: { version },
  })
}
