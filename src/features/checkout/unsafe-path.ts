import { ModelError } from '../../domain/errors.ts'

/** Makes the error for a path at which no weights may be written. */
export function unsafePath(file: string): ModelError {
  return new ModelError(
    'would-overwrite',
    `${JSON.stringify(file)} is no place for weights: it is outside this work tree, or git reads it`,
    {
      hints: ['the record names a path that no honest run has; nothing was written'],
      data: { path: file },
    },
  )
}
