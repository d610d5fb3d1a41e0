import { displayWidth, graphemes } from '../../domain/display-width.ts'
import type { FilterField } from '../../domain/filter.ts'
import { filterView } from '../../domain/filter-view.ts'
import { PICK_TAG, type RunRecord } from '../../domain/run.ts'
import type { Scalar } from '../../domain/scalar.ts'
import type { StoredRun } from '../../store/runs.ts'
import type { Colors } from '../colors.ts'
import { formatAge, formatDuration, formatTime } from './duration.ts'
import { formatNumber } from './number.ts'
import type { TableFormat } from './table.ts'
import type { Cell } from './column.ts'

/** What a cell needs to know beside the run. */
export interface CellOptions {
  readonly format: TableFormat
  /** In ms since 1970. */
  readonly now: number
  /** The metric or param of the config that ranks runs; absent fields are drawn dim. */
  readonly colors: Colors
}

/** What stands for a value that a run does not have. */
export const ABSENT = '–'
/** Marks the run that was picked among those of a commit. */
export const PICKED = '★'
/** Marks a commit whose work tree had uncommitted changes. */
export const DIRTY = '*'

const SHORT_OID = 8
const LONGEST = 60

/** Writes one value of a run. CSV gets it whole and exact, the other formats as people read it. */
export function runCell(run: StoredRun, field: FilterField, options: CellOptions): Cell {
  return options.format === 'csv' ? exactText(run, field) : humanCell(run, field, options)
}

/** Tells whether a run is the picked one of its commit. */
export function isPicked(record: RunRecord): boolean {
  return (
    record.tags !== undefined &&
    Object.hasOwn(record.tags, PICK_TAG) &&
    String(record.tags[PICK_TAG]) === 'true'
  )
}

/** Writes a status, with whether the run was deleted or its process is not to be seen. */
export function statusText({ record, live }: StoredRun): string {
  const status = record.status === 'running' && !live ? 'running?' : record.status
  return record.deleted === true ? `${status}, deleted` : status
}

/** Returns how a status is painted. */
export function statusPaint({ record }: StoredRun, colors: Colors): (text: string) => string {
  if (record.deleted === true) return colors.dim
  return { running: colors.cyan, finished: colors.green, failed: colors.red, killed: colors.yellow }[
    record.status
  ]
}

function exactText(run: StoredRun, field: FilterField): string {
  const { record } = run
  if (field.group === 'dataset') return datasets(record, field.key).join(' ')
  const value = filterView(record)[field.group](field.key)
  if (value === undefined) return ''
  if (field.group !== 'attribute') return String(value)
  if (field.key === 'start_time') return record.started
  if (field.key === 'end_time') return record.finished ?? ''
  return field.key === 'status' ? statusText(run) : String(value)
}

function humanCell(run: StoredRun, field: FilterField, options: CellOptions): Cell {
  if (field.group === 'attribute') return attributeCell(run, field.key, options)
  if (field.group === 'dataset') return plain(datasets(run.record, field.key).join(' ') || undefined, options)
  const value = filterView(run.record)[field.group](field.key)
  if (typeof value !== 'number') return plain(value, options)
  return field.group === 'metric' ? formatNumber(value) : String(value)
}

function attributeCell(run: StoredRun, key: string, options: CellOptions): Cell {
  const { record } = run
  const { colors } = options
  if (key === 'run_id') return { text: record.run.slice(0, SHORT_OID), paint: colors.yellow }
  if (key === 'run_name') return { text: isPicked(record) ? `${record.name} ${PICKED}` : record.name }
  if (key === 'status') return { text: statusText(run), paint: statusPaint(run, colors) }
  if (key === 'start_time' || key === 'end_time') return timeCell(run, key, options)
  if (key === 'duration') return plain(durationText(run, options.now), options)
  const value = filterView(record).attribute(key)
  if (key === 'code.commit')
    return `${record.code.commit.slice(0, SHORT_OID)}${record.code.dirty ? DIRTY : ''}`
  return key === 'code.tree' || key === 'parent'
    ? plain(value?.toString().slice(0, SHORT_OID), options)
    : plain(value, options)
}

// An age is right for the moment only: what is kept in Markdown has the time itself.
function timeCell({ record }: StoredRun, key: string, options: CellOptions): Cell {
  const text = key === 'start_time' ? record.started : record.finished
  if (text === undefined) return plain(undefined, options)
  return options.format === 'md' ? formatTime(text) : formatAge(Date.parse(text), options.now)
}

/** Writes how long a run took, or has been running for; undefined when that is not known. */
export function durationText({ record, live }: StoredRun, now: number): string | undefined {
  const end = record.finished === undefined ? (live ? now : Number.NaN) : Date.parse(record.finished)
  const length = end - Date.parse(record.started)
  return Number.isNaN(length) ? undefined : formatDuration(length)
}

function datasets(record: RunRecord, key: string): string[] {
  const inputs = filterView(record).datasets
  return inputs.flatMap((dataset) =>
    key === 'name' ? [dataset.name] : key === 'digest' ? [dataset.digest] : [],
  )
}

// An absent value, an empty text and the text of a dash must not look alike.
function plain(value: Scalar | undefined, { colors }: CellOptions): Cell {
  if (value === undefined) return { text: ABSENT, paint: colors.dim }
  const text = String(value)
  if (text.trim() === '' || text === ABSENT) return `"${text}"`
  if (displayWidth(text) <= LONGEST) return text
  return `${graphemes(text)
    .slice(0, LONGEST - 1)
    .join('')}…`
}
