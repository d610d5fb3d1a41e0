import { safeText } from '../../domain/safe-text.ts'
import type { StagedFinding } from '../../domain/staged-finding.ts'

const MOST = 20

/** Joins findings that say the same command, so that a hundred files are not a hundred hints. */
export function groupFindings(
  findings: readonly StagedFinding[],
): { messages: string[]; hint: string | undefined; stops: boolean }[] {
  const groups = new Map<string, StagedFinding[]>()
  for (const finding of findings) {
    const key = `${finding.stops} ${finding.hints.join('\n')}`
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()].map((group) => ({
    messages: [
      ...group.slice(0, MOST).map(({ message }) => safeText(message)),
      ...(group.length > MOST ? [`and ${group.length - MOST} more like these`] : []),
    ],
    hint: group[0]!.hints.length === 0 ? undefined : group[0]!.hints.map(safeText).join('\n'),
    stops: group[0]!.stops,
  }))
}

/** Says which files were sent through Git LFS. */
export function renderRouted(paths: readonly string[]): string {
  const shown =
    paths.slice(0, 3).map(safeText).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '')
  return `sent through Git LFS: ${shown}`
}

/** Writes what stops a commit as errors are written. */
export function renderErrors(messages: readonly string[], hint: string | undefined): string[] {
  return [...messages.map((message) => `error: ${message}`), ...(hint === undefined ? [] : [`hint: ${hint}`])]
}
