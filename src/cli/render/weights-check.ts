import { foremostImports } from '../../domain/foremost-imports.ts'
import type { CheckedWeights } from '../../features/check-weight-files.ts'
import type { PartCheck } from '../../weights/check/weights-check.ts'
import type { Colors } from '../colors.ts'
import type { Fact } from './sections.ts'
import { renderTable } from './table.ts'

const MAX_NAMES = 20

/** Says in words what loading a weight file would run. It never says that a file is safe. */
export function verdictText(check: PartCheck): string {
  return verdictParts(check).join('; ') || 'no pickle'
}

/** As {@link verdictText}, one thing a text; none where there is no pickle. */
export function verdictParts({ verdict, imports, reason, code }: PartCheck): string[] {
  const names =
    foremostImports(imports).slice(0, MAX_NAMES).join(', ') + (imports.length > MAX_NAMES ? ', …' : '')
  const parts = {
    'no-pickle': [],
    'allow-listed': ['a pickle that imports only what tensors need'],
    'unknown-imports': [`a pickle that imports ${names}`],
    unreadable: [...(names === '' ? [] : [`it imports ${names}`]), reason ?? ''],
  }[verdict]
  return [...parts, ...code]
}

/** The facts of a page about what loading weights would run; none where there is no pickle. */
export function codeFacts(check: PartCheck): Fact[] {
  if (check.verdict === 'no-pickle' && check.code.length === 0) return []
  const text = verdictText(check)
  if (check.verdict === 'no-pickle') return [{ label: 'runs code', value: text }]
  return [{ label: 'pickle', value: `${check.verdict}: ${text.replace(/^a pickle that /, '')}` }]
}

/** Writes the verdicts over weight files. */
export function renderChecks(
  checked: readonly CheckedWeights[],
  terminal: { isTerminal: boolean; width: number; colors: Colors },
): string {
  if (checked.length === 0) return 'no weight files'
  const columns = [
    { title: 'file', shrinkTo: 20 },
    { title: 'format' },
    { title: 'verdict' },
    { title: 'what it would run', shrinkTo: 40 },
  ]
  const { red, yellow } = terminal.colors
  const rows = checked.map(({ path, format, isDenied, isSuspect, ...check }) => [
    path,
    format,
    { text: check.verdict, paint: isDenied ? red : isSuspect ? yellow : undefined },
    check.verdict === 'no-pickle' && check.code.length === 0 ? '-' : verdictText(check),
  ])
  return renderTable(columns, rows, 'text', terminal.isTerminal ? { width: terminal.width } : {})
}
