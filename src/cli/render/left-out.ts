import { safeText } from '../../domain/safe-text.ts'

const MAX_SHOWN = 5

/** The warning that some files of what was to be kept were not: links out of their folder, paths that git refuses. */
export function renderLeftOut(files: readonly string[]): string {
  const shown = files.slice(0, MAX_SHOWN).map(safeText).join(', ')
  const more = files.length > MAX_SHOWN ? ` and ${files.length - MAX_SHOWN} more` : ''
  return `not kept, since they are links that lead out of their folder, or paths that git refuses: ${shown}${more}`
}
