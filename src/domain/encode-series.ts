import { compareCodePoints } from './canonical-yaml.ts'
import type { Series } from './series.ts'
import { formatNumber, formatQuoted } from './yaml-scalar.ts'

/** How many numbers are written at once. */
const PIECE = 10_000

/** Writes a series in its canonical form: one line of JSON that is YAML 1.1 and 1.2 as well. */
export function encodeSeries(series: Series): string {
  return `---\n${[...seriesPieces(series)].join('')}`
}

/** Writes the line of JSON piece by piece: a series can be longer than the longest text there is, 512 MiB. */
export function* seriesPieces(series: Series): Generator<string> {
  yield `{"schema":"series/v1","run":${formatQuoted(series.run)},"metrics":{`
  const metrics = Object.entries(series.metrics).sort(([a], [b]) => compareCodePoints(a, b))
  for (const [index, [name, { step, value, time }]] of metrics.entries()) {
    yield `${index === 0 ? '' : ','}${formatQuoted(name)}:{"step":[`
    yield* columnPieces(step)
    yield '],"value":['
    yield* columnPieces(value)
    yield '],"time":['
    yield* columnPieces(time)
    yield ']}'
  }
  yield `}${series.reduced === true ? ',"reduced":true' : ''}}\n`
}

function* columnPieces(column: readonly (number | string)[]): Generator<string> {
  for (let at = 0; at < column.length; at += PIECE) {
    const items = column.slice(at, at + PIECE)
    const texts = items.map((item) => (typeof item === 'number' ? formatNumber(item) : formatQuoted(item)))
    yield `${at === 0 ? '' : ','}${texts.join(',')}`
  }
}
