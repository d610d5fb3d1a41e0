import { safeText } from '../../domain/safe-text.ts'
import type { RunRecord } from '../../domain/run.ts'
import { ARTIFACTS } from '../../domain/run.ts'

/** Says what a record has no room for, and where it is. None where the record has everything. */
export function renderPartial(record: RunRecord): string[] {
  const { partial = [], metrics = {}, outputs } = record
  const files = outputs?.files ?? []
  const whole = files.filter(({ path }) => path.startsWith(`${ARTIFACTS}/record-`)).map(({ path }) => path)
  return partial.map((part) => {
    if (part === 'metrics')
      return `the record has room for ${Object.keys(metrics).length} of the metrics; the steps have all`
    if (part === 'files')
      return `the record has room for ${files.length} files; the others are not kept: pack them into one`
    if (part === 'paths')
      return 'files at paths that git refuses, as below .git in any spelling, are not kept'
    return safeText(`the record has no room for all ${part}; the whole: ${whole.join(', ')}`)
  })
}
