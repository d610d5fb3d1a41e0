import { it } from 'vitest'
import { parseDocuments } from '../../src/schema/parse-yaml.ts'
import { decodeRunNote, encodeRun } from '../../src/schema/run-note.ts'
import { decodeSeriesNote, encodeSeries } from '../../src/schema/series-note.ts'
import { aRecord } from './arbitraries.ts'
const M = 1 << 20
const cases: Record<string, string> = {
  flow: '['.repeat(16 * M), block: '- '.repeat(8 * M), question: '? '.repeat(8*M), anchors: '&a '.repeat(5 * M), tags: '!a '.repeat(5 * M), bang: '!'.repeat(16*M),
  keys: Array.from({ length: 1_000_000 }, (_, i) => `k${i}: 1`).join('\n'), flowkeys: `{a: b, ${Array.from({ length: 1_000_000 }, (_, i) => `k${i}: 1`).join(', ')}}`,
  scalar: 'a: ' + 'x'.repeat(15 * M), lines: 'a: ' + 'x\n '.repeat(5 * M), lit: 'a: |\n' + ' x\n'.repeat(5 * M), quoted: 'a: "' + '\\n'.repeat(7 * M) + '"', unclosed: 'a: "' + 'x\n'.repeat(7 * M),
  blanks: ' '.repeat(15 * M), newlines: 'a:' + '\n'.repeat(15 * M), comments: '# c\n'.repeat(4 * M), colons: ': '.repeat(7 * M), aliases: '- *a\n'.repeat(3 * M), markers: '---\n'.repeat(1*M), dots: '...\n'.repeat(2 * M), directives: '%A b\n'.repeat(2 * M),
  commas: '[' + ','.repeat(15*M), flowcolon: '{' + ':'.repeat(15*M), mixedflow: '[' + 'a: b, '.repeat(2*M), json: '{"a":'.repeat(2*M), seqs: '- a\n'.repeat(4*M), tabs: 'a:\n' + '\t\n'.repeat(5*M), crs: '\r'.repeat(15*M), indent: Array.from({length: 5000}, (_, i) => ' '.repeat(i) + 'a:').join('\n'),
  explicit: '? a\n: b\n'.repeat(1*M), cr2: 'a: "' + '\r'.repeat(10*M)+'"',
}
it('x', () => {
  const only = process.env.ONLY
  for (const [name, text] of Object.entries(cases)) {
    if (only && !only.split(',').includes(name)) continue
    const t = performance.now(); const docs = parseDocuments(text)
    console.log(name.padEnd(12), (text.length / M).toFixed(0) + 'M', Math.round(performance.now() - t) + 'ms', docs.length, docs[0]?.problems[0]?.message, Math.round(process.memoryUsage().rss / M))
  }
})
