/**
 * Every failure that a user can cause, by code. `docs/errors.md` documents each of them,
 * and a test keeps the two lists equal.
 */
export type ErrorCode =
  | 'not-a-repository'
  | 'bare-repository'
  | 'no-commit'
  | 'git-missing'
  | 'git-failed'
  | 'git-identity'
  | 'lfs-missing'
  | 'lfs-failed'
  | 'no-remote'
  | 'remote-unreachable'
  | 'remote-refused'
  | 'sync-race'
  | 'host-refused'
  | 'host-unreachable'
  | 'ci-unknown'
  | 'card-conflict'
  | 'config-invalid'
  | 'note-invalid'
  | 'note-newer'
  | 'revision-unknown'
  | 'revision-ambiguous'
  | 'ref-broken'
  | 'run-unknown'
  | 'run-not-active'
  | 'model-unknown'
  | 'card-missing'
  | 'card-invalid'
  | 'card-exists'
  | 'output-missing'
  | 'output-later'
  | 'artifact-missing'
  | 'metric-invalid'
  | 'param-invalid'
  | 'metric-file-invalid'
  | 'metrics-missing'
  | 'filter-invalid'
  | 'argument-invalid'
  | 'weights-invalid'
  | 'weights-absent'
  | 'weights-conflict'
  | 'would-overwrite'
  | 'command-missing'
  | 'editor-failed'
  | 'disk-full'
  | 'write-failed'
  | 'busy'
  | 'too-large'

/** Details of an error for `--json`, by name. */
export type ErrorData = Readonly<Record<string, unknown>>

/**
 * A failure with a stable code, data for machines and hints for people.
 *
 * A hint is a sentence or a command that says what to type next.
 */
export class ModelError extends Error {
  readonly code: ErrorCode
  readonly hints: readonly string[]
  readonly data: ErrorData

  constructor(
    code: ErrorCode,
    message: string,
    details: { hints?: readonly string[]; data?: ErrorData; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ModelError'
    this.code = code
    this.hints = details.hints ?? []
    this.data = details.data ?? {}
  }
}

/** Tells whether a value is a {@link ModelError} with the given code (or with any code). */
export function isModelError(error: unknown, code?: ErrorCode): error is ModelError {
  return error instanceof ModelError && (code === undefined || error.code === code)
}
