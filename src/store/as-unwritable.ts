import { isModelError, ModelError } from '../domain/errors.ts'

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']
const FORBIDDEN = ['EACCES', 'EPERM', 'EROFS']

/** Says of an error whether it came from a full disk, or from a repository that may not be written; else undefined. */
export function asUnwritable(error: unknown): ModelError | undefined {
  if (isModelError(error)) {
    return isModelError(error, 'disk-full') || isModelError(error, 'write-failed') ? error : undefined
  }
  const { code = '', message } = error as NodeJS.ErrnoException
  if (FULL.includes(code)) return new ModelError('disk-full', message, { cause: error })
  return FORBIDDEN.includes(code) ? new ModelError('write-failed', message, { cause: error }) : undefined
}
