import { isModelError } from '../domain/errors.ts'

const CODES = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EPERM', 'EROFS']

/** Does something that writes. @returns undefined where the disk is full, or the repository may not be written. */
export async function unlessUnwritable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const isUnwritable = isModelError(error)
      ? isModelError(error, 'disk-full') || isModelError(error, 'write-failed')
      : CODES.includes((error as NodeJS.ErrnoException).code ?? '')
    if (isUnwritable) return undefined
    throw error
  }
}
