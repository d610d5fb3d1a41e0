import { compareCodePoints } from './canonical-yaml.ts'
import type { Series, SeriesColumns } from './series.ts'
import { formatNumber, formatQuoted } from './yaml-scalar.ts'

/** Writes a series in its canonical form: one line of JSON that is YAML 1.1 and 1.2 as well. */
export function encodeSeries(series: Series): string {
  const metrics = Object.entries(series.metrics)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([name, columns]) => `${formatQuoted(name)}:${encodeColumns(columns)}`)
  const reduced = series.reduced === true ? ',"reduced":true' : ''
  return `---\n{"schema":"series/v1","run":${formatQuoted(series.run)},"metrics":{${metrics.join(',')}}${reduced}}\n`
}

function encodeColumns({ step, value, time }: SeriesColumns): string {
  const values = value.map((item) => (typeof item === 'number' ? formatNumber(item) : formatQuoted(item)))
  return `{"step":[${step.map(formatNumber).join(',')}],"value":[${values.join(',')}],"time":[${time.map(formatNumber).join(',')}]}`
}
