import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { isSafePath } from '../domain/safe-path.ts'

/**
 * Returns the path of a file that stands beside another, in its folder or below; undefined where there is none. A link
 * may not lead out of the folder either.
 */
export function beside(file: string, relative: string): string | undefined {
  if (!isSafePath(relative)) return undefined
  const folder = path.dirname(path.resolve(file))
  const place = path.join(folder, relative)
  if (statSync(place, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const real = path.relative(realpathSync(folder), realpathSync(place))
  return real.startsWith('..') || path.isAbsolute(real) ? undefined : place
}
