import { safeText } from '../../domain/safe-text.ts'
import type { Diagnoses, Diagnosis } from '../../features/diagnose.ts'
import type { Colors } from '../colors.ts'

/** Writes a diagnosis: a line for each part, and under what is wrong the command that mends it. */
export function renderDiagnoses(
  { findings }: Diagnoses,
  colors: Pick<Colors, 'green' | 'yellow' | 'red' | 'cyan'>,
): string {
  const paint = { ok: colors.green, fixed: colors.green, warn: colors.yellow, error: colors.red }
  return findings
    .flatMap((finding) => [
      `${paint[finding.state](finding.state.padEnd(5))}  ${finding.check}: ${safeText(finding.message)}`,
      ...finding.hints.slice(0, 2).map((hint) => `         ${colors.cyan(safeText(hint))}`),
    ])
    .join('\n')
}

/** The last line: how many parts are ill. */
export function renderVerdict({ findings }: Diagnoses): string {
  const count = (state: Diagnosis['state']): number =>
    findings.filter((finding) => finding.state === state).length
  const [errors, warnings, fixed] = [count('error'), count('warn'), count('fixed')]
  const parts = [plural(errors, 'error'), plural(warnings, 'warning'), fixed === 0 ? '' : `${fixed} mended`]
  return parts.filter((part) => part !== '').join(', ') || 'all is well'
}

function plural(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
}
