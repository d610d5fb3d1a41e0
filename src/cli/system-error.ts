import { isModelError, ModelError } from '../domain/errors.ts'

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']
const REFUSED = ['EACCES', 'EPERM', 'EROFS', 'EMFILE', 'ENFILE', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'EIO']

/** Makes an error with a code of a failure of the machine (full disk, missing rights): those are no bugs of ours. */
export function toKnownError(error: unknown): unknown {
  if (isModelError(error) || !(error instanceof Error)) return error
  const { code = '', path } = error as NodeJS.ErrnoException
  const where = path === undefined ? '' : ` at "${path}"`
  if (FULL.includes(code))
    return new ModelError('disk-full', `the disk is full${where}`, {
      hints: ['make room, and type it again'],
      cause: error,
    })
  if (!REFUSED.includes(code)) return error
  const [reason = ''] = error.message.replace(/^\w+: /, '').split(', ')
  return new ModelError('write-failed', `${reason}${where}`, {
    hints: ['see who owns the file, and whether the folder may be written'],
    data: { ...(path !== undefined && { path }), reason: code },
    cause: error,
  })
}
