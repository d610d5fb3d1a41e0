import { findAxes, toStep, toTime } from './axes.ts'
import { toNumber, type MetricTable } from './metric-table.ts'

/** When the values of an object were logged, where it does not say so itself. */
export interface When {
  step: number
  time: number
}

type Members = Readonly<Record<string, unknown>>

/** The members of a file that are params, where they stand beside the metrics. */
const PARAMS = ['params', 'parameters', 'hyperparameters', 'hparams']

/**
 * Adds the values of a parsed file: a map, whose maps are joined with `/`, whose lists of numbers are series and
 * whose lists of maps are rows; or a list of rows.
 */
export function addDocument(table: MetricTable, value: unknown, time: number): void {
  if (Array.isArray(value)) return addRows(table, value, { step: 0, time }, '')
  if (!isMembers(value)) return
  const isEnvelope = isMembers(value['metrics']) || Array.isArray(value['metrics'])
  if (!isEnvelope) {
    addRow(table, value, { step: 0, time }, '')
    return
  }
  const { metrics, ...others } = value
  const params = Object.keys(others).filter((name) => PARAMS.includes(name))
  for (const name of params) addParams(table, others[name], '')
  const rest = Object.fromEntries(Object.entries(others).filter(([name]) => !params.includes(name)))
  const when = addRow(table, rest, { step: 0, time }, '')
  if (Array.isArray(metrics)) addRows(table, metrics, when, '')
  else addRow(table, metrics as Members, when, '')
}

/** Adds the values of one object, all of one step unless they are lists. Returns when they were logged. */
export function addRow(table: MetricTable, row: Members, fallback: When, prefix: string): When {
  const axes = findAxes(Object.keys(row))
  const own = {
    step: axes.step === undefined ? undefined : row[axes.step],
    time: axes.time === undefined ? undefined : row[axes.time],
  }
  const when = { step: toStep(own.step) ?? fallback.step, time: toTime(own.time) ?? fallback.time }
  for (const [key, value] of Object.entries(row)) {
    const isAxis =
      (key === axes.step && isAxisValue(value, toStep)) || (key === axes.time && isAxisValue(value, toTime))
    if (isAxis) continue
    const name = `${prefix}${key.trim()}`
    if (Array.isArray(value)) addList(table, name, value, own, when)
    else if (isMembers(value)) addRow(table, value, when, `${name}/`)
    else table.add(name, value, when.step, when.time)
  }
  return when
}

function isAxisValue(value: unknown, convert: (value: unknown) => number | undefined): boolean {
  return Array.isArray(value)
    ? value.every((item) => convert(item) !== undefined)
    : convert(value) !== undefined
}

// A list of numbers is a series. A list of steps or times beside it, as long as it is, says when.
function addList(
  table: MetricTable,
  name: string,
  list: readonly unknown[],
  own: { step: unknown; time: unknown },
  when: When,
): void {
  if (list.length > 0 && list.every(isMembers)) {
    const hasSteps = findAxes(Object.keys(list[0] as Members)).step !== undefined
    return addRows(table, list, when, hasSteps ? '' : `${name}/`)
  }
  if (!list.some((item) => toNumber(item) !== undefined)) return table.add(name, undefined, 0, 0)
  const [steps, times] = [own.step, own.time].map((axis) =>
    Array.isArray(axis) && axis.length === list.length ? axis : [],
  )
  for (const [index, item] of list.entries()) {
    if (item === null || item === '') continue
    table.add(name, item, toStep(steps![index]) ?? index, toTime(times![index]) ?? when.time)
  }
}

function addRows(table: MetricTable, rows: readonly unknown[], when: When, prefix: string): void {
  for (const [index, row] of rows.entries()) {
    if (isMembers(row)) addRow(table, row, { ...when, step: index }, prefix)
    else table.add(prefix === '' ? 'value' : prefix.slice(0, -1), row, index, when.time)
  }
}

function addParams(table: MetricTable, value: unknown, prefix: string): void {
  for (const [key, member] of Object.entries(isMembers(value) ? value : {})) {
    if (isMembers(member)) addParams(table, member, `${prefix}${key}/`)
    else table.param(`${prefix}${key}`, Array.isArray(member) ? JSON.stringify(member) : member)
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
