import { formatCommand } from '../../domain/quote-shell.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { Tracked } from '../../features/track-weights.ts'
import type { WeightsStatus } from '../../features/weights-status.ts'
import { formatSize } from './number.ts'
import { renderTable } from './table.ts'

/** Says what tracking patterns changed, and what to type next. */
export function renderTracked(done: Tracked): string[] {
  const lines: string[] = []
  if (done.routed.length > 0)
    lines.push(`.gitattributes: ${done.routed.join(', ')} through Git LFS from now on`)
  if (done.named.length > 0) lines.push(`.gitmodel.yaml: weights.patterns now has ${done.named.join(', ')}`)
  if (done.lfs) lines.push('Git LFS: set up for this repository')
  if (lines.length === 0) lines.push('tracked already')
  const files = [
    ...(done.routed.length > 0 ? ['.gitattributes'] : []),
    ...(done.named.length > 0 ? ['.gitmodel.yaml'] : []),
  ]
  if (done.raw.length > 0) lines.push(...convertLines(done.raw))
  if (files.length > 0) lines.push(`next: git add ${files.join(' ')}`)
  return lines.map(safeText)
}

function convertLines(raw: readonly string[]): string[] {
  const shown = raw.slice(0, 3).join(', ') + (raw.length > 3 ? ', …' : '')
  return [
    `${raw.length} tracked ${raw.length === 1 ? 'file is' : 'files are'} still in git itself: ${shown}`,
    `  from the next commit on through LFS: ${formatCommand('git', 'add', '--renormalize', '--', ...raw.slice(0, 3))}${raw.length > 3 ? ' …' : ''}`,
    '  in the whole history, which rewrites it: git lfs migrate import --everything --include="…"',
  ]
}

/** Writes the table of weight files. */
export function renderWeightsStatus(
  status: WeightsStatus,
  terminal: { isTerminal: boolean; width: number },
): string {
  if (status.files.length === 0) return 'no weight files'
  const columns = [
    { title: 'file', shrinkTo: 20 },
    { title: 'size', align: 'right' as const },
    { title: 'kept' },
    { title: 'content' },
    { title: 'state' },
    { title: 'pushed' },
    { title: 'card' },
  ]
  const rows = status.files.map((file) => [
    file.path,
    formatSize(file.size),
    KEPT[file.kept],
    CONTENT[file.content],
    file.kept === 'untracked' ? 'new' : file.modified ? 'modified' : 'clean',
    file.pushed === 'none' ? 'no remote' : file.pushed,
    file.card ?? '-',
  ])
  return renderTable(columns, rows, 'text', terminal.isTerminal ? { width: terminal.width } : {})
}

const KEPT = { lfs: 'LFS', raw: 'in git itself', untracked: 'untracked' } as const
const CONTENT = { here: 'here', store: 'in LFS store', absent: 'not here' } as const

/** What is to be mended, and the commands that do it. */
export function weightsHints(status: WeightsStatus): string[] {
  const hints: string[] = []
  const raw = status.files.filter(({ kept }) => kept === 'raw').map((file) => file.path)
  if (raw.length > 0)
    hints.push(
      `still in git itself: ${formatCommand('git', 'add', '--renormalize', '--', ...raw.slice(0, 5))}`,
    )
  if (status.files.some(({ content }) => content === 'absent')) hints.push('not here: git lfs pull')
  if (status.files.some(({ content, modified }) => content === 'store' && !modified))
    hints.push('in the LFS store: git lfs checkout')
  for (const { path, size } of status.large.slice(0, 5)) {
    const ending = /(?<=[^/])\.[^./]+$/.exec(path)?.[0]
    const pattern = ending === undefined ? path : `*${ending}`
    hints.push(
      `${path} is a binary of ${formatSize(size)} outside LFS: ${formatCommand('git', 'model', 'weights', 'track', pattern)}`,
    )
  }
  if (status.large.length > 5) hints.push(`and ${status.large.length - 5} more binaries outside LFS`)
  return hints.map(safeText)
}
