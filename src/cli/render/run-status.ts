import { safeText } from '../../domain/safe-text.ts'
import type { Oid, RunRecord, SkippedPath } from '../../domain/run.ts'
import { formatCommand } from '../../domain/quote-shell.ts'
import type { CardedModel } from '../../features/card-logged-models.ts'
import { formatDuration } from './duration.ts'
import { formatNumber } from './number.ts'

const MAX_SHOWN = 5
const REASONS: Record<SkippedPath['reason'], string> = {
  size: 'over 1 MB',
  binary: 'binary',
  secret: 'looks like a secret',
  total: 'over 10 MB together',
  policy: 'by snapshot policy',
  'nested-repository': 'a repository of its own',
  unreadable: 'unreadable',
}

/** The lines that are printed when a run starts. */
export function renderStarted(started: { run: Oid; name: string; skipped: SkippedPath[] }): string[] {
  const lines = [`run ${started.run.slice(0, 12)} ${safeText(started.name)} started`]
  const shown = started.skipped.slice(0, MAX_SHOWN)
  for (const { path, reason } of shown)
    lines.push(`not in the snapshot: ${safeText(path)} (${REASONS[reason]})`)
  if (started.skipped.length > shown.length) {
    lines.push(`not in the snapshot: ${started.skipped.length - shown.length} more`)
  }
  return lines
}

/** The line that is printed when a run has ended. */
export function renderEnded(record: RunRecord): string {
  const duration =
    record.finished === undefined
      ? ''
      : ` in ${formatDuration(Date.parse(record.finished) - Date.parse(record.started))}`
  const metrics = Object.entries(record.metrics ?? {}).slice(0, MAX_SHOWN)
  const values = metrics.map(([name, { last }]) => `${safeText(name)} ${formatNumber(last)}`)
  const more = values.length === 0 ? '' : `: ${values.join(', ')}`
  return `run ${record.run.slice(0, 12)} ${safeText(record.name)} ${record.status}${duration}${more}`
}

/** The line that is printed for a logged model whose card was written. */
export function renderCarded({ name, spec }: CardedModel): string {
  return `card of ${safeText(name)}: git model card edit ${safeText(formatCommand(spec))}`
}

/** What is said of models that a command wrote and that its run does not keep: the warning, and what to type. */
export function renderUnkept(run: Oid, paths: readonly string[]): [what: string, hint: string] {
  const shown = paths.slice(0, MAX_SHOWN)
  const more = paths.length > shown.length ? ` and ${paths.length - shown.length} more` : ''
  const were = paths.length === 1 ? 'was' : 'were'
  const outputs = shown.flatMap((path) => ['--output', path])
  return [
    safeText(
      `${shown.join(', ')}${more} ${were} written, and the run does not keep ${paths.length === 1 ? 'it' : 'them'}`,
    ),
    safeText(
      `${formatCommand('git', 'model', 'log', '--run', run.slice(0, 12), ...outputs)}   (next time: git model run --output)`,
    ),
  ]
}
