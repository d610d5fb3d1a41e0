import type { JournalEvent } from '../../domain/journal-event.ts'
import type { SeriesColumns } from '../../domain/series.ts'
import type { Metric } from './read-metrics.ts'

/** Makes the events of a journal that say what was measured. */
export function metricEvents(metrics: readonly Metric[]): JournalEvent[] {
  const [first] = metrics
  if (first === undefined) return []
  const event = metrics.length === 1 ? pointEvent(first) : pointsEvent(metrics)
  const measured = metrics
    .filter(({ model }) => model !== undefined)
    .map(({ key: metric, value, step, time, model }) => ({ ...model!, metric, value, step, time }))
  return measured.length === 0 ? [event] : [event, { time: event.time, model_metrics: measured }]
}

function pointEvent({ key, value, time, step }: Metric): JournalEvent {
  return { time, step, metrics: record([[key, value]]) }
}

// A line of columns, since a batch may have a thousand points.
function pointsEvent(metrics: readonly Metric[]): JournalEvent {
  const columns = new Map<string, SeriesColumns>()
  let last = 0
  for (const { key, value, time, step } of metrics) {
    let column = columns.get(key)
    if (column === undefined) columns.set(key, (column = { step: [], value: [], time: [] }))
    column.step.push(step)
    column.value.push(value)
    column.time.push(time)
    if (time > last) last = time
  }
  return { time: last, points: record([...columns]) }
}

// Any name may be a key: `__proto__` too.
function record<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const made = Object.create(null) as Record<string, T>
  for (const [key, value] of entries) made[key] = value
  return made
}
