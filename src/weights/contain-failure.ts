import { ModelError } from '../domain/errors.ts'
import { readerFailure } from './reader-failure.ts'

/**
 * Lets a reader read, and tells its slips as something that is wrong with the file.
 *
 * @throws ModelError `weights-invalid`, and what the reader throws on purpose.
 */
export function containFailure<T>(reader: string, name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const failure = readerFailure(error, reader)
    if (failure === undefined) throw error
    throw new ModelError('weights-invalid', `"${name}" cannot be read: ${failure}`, {
      hints: ['write it again, or fetch it anew: git lfs pull'],
      data: { path: name, reader },
      cause: error,
    })
  }
}
