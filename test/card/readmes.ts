import * as fc from 'fast-check'

const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '---',
      '...',
      '# title',
      '\ttab',
      '  indented',
      '- item',
      '| a | b |',
      '```',
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\u0000', '\u001B[2J', 'no', '1e-5', '\uFEFF', '\u2028', '\u0085'),
  },
)

const end = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r')

const body = fc
  .tuple(fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n', '\r')), { maxLength: 8 }), line)
  .map(([lines, last]) => lines.map((pair) => pair.join('')).join('') + last)

/** Front matter as people and programs write it, one entry each. */
export const entries = [
  'license: mit',
  'license: "apache-2.0"   # checked by legal',
  '# a comment\nlanguage: no',
  'tags:\n- a\n-   b # x\n- "c"',
  'tags:\n  - vision\n  - 12:30',
  'datasets: [mnist, {a: 1}]',
  'library_name:',
  'thumbnail: ~',
  "pipeline_tag: 'text-generation'\n",
  'widget:\n- text: |\n    two\n\n    lines\n  title: x',
  'co2_eq_emissions: 1e-3',
  'model-index:\n- name: m\n  results:\n  - task: {type: t}\n    metrics:\n    - type: acc\n      value: 0.9',
  'extra: >-\n  folded\n  text\n',
  '"quoted key": yes',
  'é模型: ü',
]

const front = fc.tuple(fc.subarray(entries), fc.constantFrom('\n', '\r\n')).map(([chosen, eol]) =>
  unique(chosen)
    .map((entry) => `${entry}\n`)
    .join('')
    .replaceAll('\n', eol),
)

/** Texts of README.md files: with and without front matter, whatever their line ends. */
export function readmes(): fc.Arbitrary<string> {
  return fc.oneof(
    body.filter((text) => !/^\s*---[ \t]*\r?\n/.test(text.replace(/^\uFEFF/, ''))),
    fc
      .tuple(fc.constantFrom('', '', '\uFEFF', '\n'), front, end, fc.constantFrom('', ' '), body)
      .map(([before, yaml, eol, blank, text]) => {
        const fence = eol === '\r' ? '\n' : eol
        return `${before}---${fence}${yaml}---${blank}${fence}${text}`
      }),
  )
}

/** Front matter as YAML lines. */
export const fronts = front

function unique(chosen: string[]): string[] {
  const key = (entry: string): string => /^(?:#.*\n)?([^:]*):/.exec(entry)![1]!
  return chosen.filter((entry, index) => chosen.findIndex((other) => key(other) === key(entry)) === index)
}
