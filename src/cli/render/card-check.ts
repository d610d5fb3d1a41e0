import { safeText } from '../../domain/safe-text.ts'
import { groupFields } from '../../domain/unknown-fields.ts'
import type { CardProblem } from '../../domain/card.ts'
import type { CardCheck } from '../../features/check-cards.ts'
import { specOf } from '../../domain/model-spec.ts'
import type { Colors } from '../colors.ts'

/** Writes what a check of cards found, and what to type. */
export function renderCardChecks(checks: readonly CardCheck[], colors: Colors): string {
  return checks.map((check) => lines(check, colors).join('\n') + '\n').join('')
}

function lines(check: CardCheck, colors: Colors): string[] {
  const mark =
    check.problems.length > 0
      ? colors.red('✗')
      : check.warnings.length > 0
        ? colors.yellow('!')
        : colors.green('✓')
  const said = check.problems.length + check.warnings.length === 0 ? ` ${fine(check)}` : ''
  return [
    `${mark} ${colors.bold(safeText(check.name))}${said}`,
    ...check.problems.map((problem) => `    ${colors.red('problem:')} ${sentence(problem)}`),
    ...check.warnings.map((problem) => `    ${colors.yellow('warning:')} ${sentence(problem)}`),
    ...unknownLine(check),
    ...hints(check).map((hint) => `    ${colors.cyan('hint:')} ${hint}`),
  ]
}

function fine({ state, policy }: CardCheck): string {
  return state === 'current' ? 'has a valid card' : policy === 'off' ? 'needs no card (card: off)' : state
}

function sentence({ field, message, line, column }: CardProblem): string {
  const where = line === undefined ? '' : ` (line ${line}, column ${column})`
  return safeText(field === '' ? `${message}${where}` : `"${field}" ${message}${where}`)
}

function unknownLine({ unknown }: CardCheck): string[] {
  if (unknown.length === 0) return []
  return groupFields(unknown).map(
    (group, index) => `    ${index === 0 ? 'unknown:' : '        '} ${safeText(group)}`,
  )
}

function hints({ state, name, revision, problems, warnings }: CardCheck): string[] {
  const model = safeText(specOf({ name, revision, asked: revision }))
  if (problems.length + warnings.length === 0) return []
  if (state === 'unfetched') return ['git model sync', `git model card new ${model}`]
  if (state === 'stale' || state === 'missing') return [`git model card new ${model}`]
  if (state === 'absent') return ['git model checkout COMMIT   brings the weights back']
  if (problems.length === 0)
    return warnings.some(({ field }) => field === 'schema')
      ? ['upgrade git-model']
      : [`git model card edit ${model}`]
  const conflict = problems.find(({ message }) => message.startsWith('was changed to'))
  if (conflict === undefined) return [`git model card edit ${model}`]
  return [`git model card resolve ${model}   shows the values, and settles them`]
}
