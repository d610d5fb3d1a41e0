import { safeText } from '../../domain/safe-text.ts'
import { formatSize } from './number.ts'

/** Says that content is being fetched. @param size - in bytes. */
export function fetching(path: string, size: number): string {
  return `fetching ${safeText(path)} (${formatSize(size)}), which is not here`
}
