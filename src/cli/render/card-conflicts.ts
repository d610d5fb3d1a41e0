import { safeText } from '../../domain/safe-text.ts'
import type { ConflictSides, ConflictValue } from '../../features/conflict-sides.ts'
import type { Colors } from '../colors.ts'
import { showCardValue } from './card-value.ts'
import { formatAge } from './duration.ts'
import { formatCommand } from '../../domain/quote-shell.ts'

/** Writes the conflicts of a card: each field, its values by number, who wrote them, and the value before. */
export function renderConflictSides(
  conflicts: readonly ConflictSides[],
  now: number,
  colors: Colors,
): string {
  return conflicts.map((conflict) => `${paragraph(conflict, now, colors)}\n`).join('')
}

/** What to type to settle them. */
export function conflictHints(spec: string, conflicts: readonly ConflictSides[]): string[] {
  const [first] = conflicts
  if (first === undefined) return []
  const isTold = ['ours', 'theirs'].every(
    (side) => first.values.filter((value) => value.side === side).length === 1,
  )
  const command = safeText(`git model card resolve ${formatCommand(spec, first.field)}`)
  const isCut = conflicts.some(({ values }) => values.some((value) => value.isCut))
  return [
    isTold ? `${command} --ours   or --theirs, --take N` : `${command} --take 1   or another N`,
    ...(isCut ? ['git fetch --unshallow   to know who wrote which value'] : []),
  ]
}

/** The conflicts as `--json` tells them. */
export function conflictsJson(conflicts: readonly ConflictSides[]): object[] {
  return conflicts.map(({ field, values, base }) => ({
    field,
    values: values.map(({ value, removed, side, author, date }) => ({
      value,
      removed,
      side: side ?? null,
      author: author ?? null,
      date: date ?? null,
    })),
    base: base ?? null,
  }))
}

function paragraph({ field, values, base }: ConflictSides, now: number, colors: Colors): string {
  const shown = values.map((value, index) => [String(index + 1), show(value), writer(value, now)] as const)
  const before = base === undefined ? [] : [['base', show(base), ''] as const]
  const width = Math.max(...[...shown, ...before].map(([mark]) => mark.length))
  const lines = [...shown, ...before].map(
    ([mark, value, by]) => `  ${mark.padEnd(width)}  ${value}${by === '' ? '' : `  ${colors.dim(by)}`}`,
  )
  return [colors.bold(safeText(field)), ...lines].join('\n')
}

function show({ value, removed }: { value: unknown; removed: boolean }): string {
  return removed ? '(taken away)' : safeText(showCardValue(value))
}

function writer({ side, author, date, isCut }: ConflictValue, now: number): string {
  if (isCut) return 'not known: the history of this clone is cut short'
  if (author === undefined || date === undefined) return 'not known'
  const age = formatAge(Date.parse(date), now)
  return `${safeText(author)}, ${age}${side === 'ours' ? ' (ours)' : ''}`
}
