import type { TensorConflict } from '../../domain/merge-strategy.ts'
import { formatCommand } from '../../domain/quote-shell.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { DriverMerge } from '../../features/merge-driver.ts'
import type { HandMerge } from '../../features/merge-weights.ts'
import { formatSize } from './number.ts'

/** Says what was merged by hand. */
export function renderMerged({ out, size, blended, taken, card, cardProblem, inputs }: HandMerge): string[] {
  const lines = [
    `${out}: ${formatSize(size)}, ${countTensors(blended)} computed from ${inputs.length} inputs, ${taken} taken as they are`,
  ]
  if (card === 'written') lines.push('its card names parents and method')
  if (cardProblem !== undefined) lines.push(`no card was written: ${cardProblem}`)
  return lines.map(safeText)
}

/** Says what the merge driver did. */
export function renderDriverMerge({
  path,
  strategy,
  blended,
  taken,
  dropped,
  conflicts,
  cardProblem,
}: DriverMerge): string[] {
  if (conflicts.length > 0) return renderConflicts(path, conflicts)
  const parts = [
    ...(blended > 0 ? [`${countTensors(blended)} that both sides changed by ${strategy}`] : []),
    ...(taken > 0 ? [`${taken} taken as they are`] : []),
    ...(dropped > 0 ? [`${dropped} gone`] : []),
  ]
  const card = cardProblem === undefined ? [] : [`no card was written for ${path}: ${cardProblem}`]
  return [`merged ${path} by tensor: ${parts.join(', ')}`, ...card].map(safeText)
}

const SHOWN = 20

function renderConflicts(path: string, conflicts: readonly TensorConflict[]): string[] {
  const shown = conflicts.slice(0, SHOWN).map(({ name, why }) => `  ${name}: ${why}`)
  const rest = conflicts.length > SHOWN ? [`  and ${conflicts.length - SHOWN} more`] : []
  return [
    `conflict in ${path}: ${countTensors(conflicts.length)} cannot be merged`,
    ...shown,
    ...rest,
    `to take a side: ${formatCommand('git', 'checkout', '--ours', '--', path)} (or --theirs), then git add`,
    'to compute them: set weights.merge of .gitmodel.yaml, git merge --abort, and merge again',
  ].map(safeText)
}

function countTensors(count: number): string {
  return `${count} ${count === 1 ? 'tensor' : 'tensors'}`
}
