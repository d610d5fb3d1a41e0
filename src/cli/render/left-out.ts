import { safeText } from '../../domain/safe-text.ts'

const MAX_SHOWN = 5

/** The warning that links were not followed out of a folder that was to be kept. */
export function renderLeftOut(files: readonly string[]): string {
  const shown = files.slice(0, MAX_SHOWN).map(safeText).join(', ')
  const more = files.length > MAX_SHOWN ? ` and ${files.length - MAX_SHOWN} more` : ''
  return `not kept, since they are links that lead out of their folder: ${shown}${more}`
}
