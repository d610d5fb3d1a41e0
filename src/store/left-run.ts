import { isModelError, ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'

/** A run whose journal stays as it is, and why. */
export interface LeftRun {
  readonly run: Oid
  readonly error: ModelError
}

/** Says of a run why its journal stays. */
export function leave(run: Oid, cause: Error): LeftRun {
  const message = `the journal of run ${run.slice(0, 12)} stays as it is, since it cannot be read or folded: ${cause.message}`
  return {
    run,
    error: new ModelError('write-failed', message, { hints: ['git model doctor'], data: { run }, cause }),
  }
}

/** Tells whether a failure to fold may come from what one run logged: a full disk and a lock concern all of them. */
export function isOfOneRun(error: unknown): error is Error {
  if (isModelError(error)) return error.code === 'git-failed' || error.code === 'too-large'
  return error instanceof Error && !/^E[A-Z0-9]+$/.test((error as NodeJS.ErrnoException).code ?? '')
}
