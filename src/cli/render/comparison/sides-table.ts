import type { Pair } from '../../../domain/compare-part.ts'
import type { Side } from '../../../domain/side.ts'
import { commitUrl, type WebRepository } from '../../../domain/web-url.ts'
import type { Limits } from './limits.ts'
import { escaped, oidLink } from './markdown-text.ts'
import { sideLabel, sideReason } from './side-words.ts'

/** Says which commit and which run each side's numbers are from, and why that run stands for it. */
export function sidesTable({ base, head }: Pair, web: WebRepository | undefined, limits: Limits): string {
  const link = (oid: string): string => oidLink(oid, web === undefined ? undefined : commitUrl(web, oid))
  const row = (which: string, side: Side): string => {
    const label = escaped(sideLabel(side), limits.text)
    const { record } = side
    const run =
      record === undefined
        ? '–'
        : `${escaped(record.name, limits.text)} ${link(record.run)}, ${record.started.slice(0, 10)}`
    const cells = [which, `${label} ${link(side.commit)}`.trim(), run, escaped(sideReason(side)) || 'named']
    return `| ${cells.join(' | ')} |`
  }
  return [
    '| numbers of | commit | run | why this run |',
    '| --- | --- | --- | --- |',
    row('base', base),
    row('head', head),
  ].join('\n')
}
