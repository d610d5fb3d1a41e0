import type { RunRecord, SkippedPath } from '../../domain/run.ts'
import type { ShownFile } from '../../features/show-files.ts'
import type { ShownRun } from '../../features/show-run.ts'
import type { Colors } from '../colors.ts'
import { formatAge, formatTime } from './duration.ts'
import { formatSize } from './number.ts'
import { durationText, isPicked, PICKED, statusPaint, statusText } from './run-cell.ts'
import { quoteShell } from '../../domain/quote-shell.ts'
import type { Fact, Section } from './sections.ts'
import { renderPartial } from './partial-record.ts'
import { metricsSection } from './show-metrics.ts'

const MANY = 12
const SHORT = 12
const REASONS: Record<SkippedPath['reason'], string> = {
  size: 'too large',
  binary: 'binary',
  secret: 'looks like a secret',
  total: 'too large together',
  policy: 'by snapshot policy',
  'nested-repository': 'a repository of its own',
  unreadable: 'unreadable',
}

/** Lays out all that is known of a run. */
export function runSections(shown: ShownRun, now: number, colors: Colors): Section[] {
  const { record } = shown.run
  return [
    { title: `run ${record.run}`, facts: identity(shown, now, colors) },
    metricsSection(shown, colors),
    valuesSection('params', record.params),
    ...(record.tags === undefined ? [] : [valuesSection('tags', record.tags)]),
    ...(record.notes === undefined
      ? []
      : [{ title: 'notes', text: record.notes === '' ? '""' : record.notes }]),
    ...(record.inputs === undefined ? [] : [inputsSection(record)]),
    outputsSection(shown),
    ...(record.environment === undefined ? [] : [valuesSection('environment', record.environment)]),
    getItBack(shown),
  ]
}

/** Lays out files that are kept in Git LFS, and whether their content is here. */
export function fileTable(files: readonly ShownFile[]): NonNullable<Section['table']> {
  const words = { here: 'here', unfetched: 'not fetched', empty: 'an empty file' }
  return {
    columns: [{ title: 'file' }, { title: 'size', align: 'right' }, { title: 'oid' }, { title: 'content' }],
    rows: files.map((file) => [
      file.path,
      formatSize(file.size),
      `sha256:${file.oid.slice(0, SHORT)}`,
      file.replaced === true ? `${words[file.presence]}, replaced` : words[file.presence],
    ]),
  }
}

function identity(shown: ShownRun, now: number, colors: Colors): Fact[] {
  const { record } = shown.run
  const facts: (Fact | false)[] = [
    { label: 'name', value: isPicked(record) ? `${record.name} ${PICKED} picked` : record.name },
    { label: 'status', value: statusLine(shown), paint: statusPaint(shown.run, colors) },
    {
      label: 'started',
      value: `${formatTime(record.started)} (${formatAge(Date.parse(record.started), now)})`,
    },
    { label: 'duration', value: durationText(shown.run, now) ?? 'unknown' },
    record.experiment !== undefined && { label: 'experiment', value: record.experiment },
    record.kind !== 'training' && { label: 'kind', value: record.kind },
    record.author !== undefined && { label: 'author', value: record.author },
    { label: 'code', value: codeLines(shown) },
    record.command !== undefined && {
      label: 'command',
      value: record.command.map(quoteShell).join(' '),
      code: true,
    },
    shown.parent !== undefined && { label: 'part of', value: runName(shown.parent.run, shown.parent.name) },
    shown.children.length > 0 && {
      label: 'started runs',
      value: someOf(shown.children.map(({ run, name }) => runName(run, name))),
    },
    record.links !== undefined &&
      record.links.length > 0 && {
        label: 'linked to',
        value: someOf(record.links.map((oid) => oid.slice(0, SHORT))),
      },
    record.partial !== undefined && {
      label: 'its note',
      value: someOf(renderPartial(record)),
      paint: colors.yellow,
    },
    shown.run.problems !== undefined && {
      label: 'its note',
      value: someOf(['also holds what cannot be read here, and is kept as it is:', ...shown.run.problems]),
      paint: colors.yellow,
    },
  ]
  return facts.filter((fact) => fact !== false)
}

function statusLine({ run }: ShownRun): string {
  const { exit, deleted } = run.record
  const status = statusText(run)
  const hint = deleted === true ? ' (hidden from lists)' : ''
  if (exit?.signal !== undefined) return `${status}, ended by ${exit.signal}${hint}`
  return exit?.code === undefined ? status + hint : `${status}, exit code ${exit.code}${hint}`
}

function codeLines({ run, subject }: ShownRun): string[] {
  const { commit, branch, dirty, skipped = [] } = run.record.code
  const where = branch === undefined ? 'with a detached HEAD' : `on ${branch}`
  const first = `${commit.slice(0, SHORT)} ${where}${dirty ? ', with uncommitted changes' : ''}`
  const left = skipped.map(({ path, reason }) => `not in the snapshot: ${path} (${REASONS[reason]})`)
  return [
    first,
    subject ?? 'this commit is not here (a shallow clone?): git fetch --unshallow',
    ...someOf(left),
  ]
}

function valuesSection(
  title: string,
  values: Readonly<Record<string, string | number | boolean>> | undefined,
): Section {
  const entries = Object.entries(values ?? {})
  if (entries.length === 0) return { title, remark: 'none' }
  return { title, facts: entries.map(([label, value]) => ({ label, value: shownValue(value) })) }
}

function shownValue(value: string | number | boolean): string {
  return typeof value === 'string' && value.trim() === '' ? `"${value}"` : String(value)
}

function inputsSection({ inputs = [] }: RunRecord): Section {
  return { title: 'inputs', facts: inputs.map(({ path, digest }) => ({ label: path, value: digest })) }
}

function outputsSection({ run, outputs }: ShownRun): Section {
  if (outputs.length === 0) return { title: 'outputs', remark: 'none were recorded' }
  const isAway = outputs.some(({ presence, replaced }) => presence === 'unfetched' && replaced !== true)
  const remark = isAway
    ? { remark: `fetch what is not here: git model checkout ${run.record.run.slice(0, SHORT)}` }
    : {}
  return { title: 'outputs', table: fileTable(outputs), ...remark }
}

function getItBack({ run, outputs }: ShownRun): Section {
  const id = run.record.run.slice(0, SHORT)
  const facts: Fact[] = [
    ...(outputs.length > 0 ? [{ label: 'its weights', value: `git model checkout ${id}`, code: true }] : []),
    { label: 'its code', value: `git model checkout ${id} --code`, code: true },
    {
      label: run.record.code.dirty ? 'what was not committed' : 'its record',
      value: `git show --notes=model/runs ${id}`,
      code: true,
    },
  ]
  return { title: 'get it back', facts }
}

function runName(run: string, name: string | undefined): string {
  return `${run.slice(0, SHORT)} ${name ?? '(its record is not here)'}`
}

function someOf(lines: readonly string[]): string[] {
  const rest = lines.length - MANY
  return rest > 1 ? [...lines.slice(0, MANY), `and ${rest} more`] : [...lines]
}
