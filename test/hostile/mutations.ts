import fc from 'fast-check'

/** What stands in the place of an honest value: what ends a text, opens another, is too large, or acts where it is shown. */
const NASTY: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  '{"__proto__": {"polluted": 1}}',
  '{__proto__: {polluted: 1}}',
  '__proto__: {polluted: 1}\n',
  '*a',
  '&a x',
  '&a [*a]',
  'circle: &a {b: *a}\n',
  '<<: *a\n',
  '!!js/function "function () {}"',
  '!!binary aGk=',
  '"\\u0000"',
  '\u0000',
  '"\\ud800"',
  '\ud800',
  '\u001b]0;owned\u0007',
  '\u202e\u2066',
  '\u2028\u0085\ufeff',
  '<script>alert(1)</script>',
  '![x](javascript:alert(1))',
  '../../../etc/passwd',
  '/etc/passwd',
  'C:\\Windows',
  '.GIT/hooks/pre-push',
  '1e999',
  '-1e999',
  '-0',
  '-1',
  '00012',
  '0x7fffffffffffffff',
  '9223372036854775808',
  '9'.repeat(400),
  'NaN',
  '.inf',
  'null',
  '~',
  'yes',
  '2026-02-31',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '|\n  ',
  '>-\n',
  '? [a]\n: b\n',
  '---\n',
  '\n...\n',
  '%YAML 1.1\n',
  '%TAG ! tag:x,2000:\n',
  '#',
  '\t',
  '\r\n',
  '\n\n',
  'x'.repeat(5000),
  '['.repeat(200),
  '{"a":'.repeat(200),
  '- '.repeat(200),
]

interface Mutation {
  kind: 'scalar' | 'insert' | 'cut' | 'repeat' | 'swap' | 'truncate'
  /** Where, and how much, as parts of the whole. */
  at: number
  to: number
  nasty: string
}

const part = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(
    'scalar' as const,
    'scalar' as const,
    'insert' as const,
    'cut' as const,
    'repeat' as const,
    'swap' as const,
    'truncate' as const,
  ),
  at: part,
  to: part,
  nasty: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NASTY) }, { weight: 1, arbitrary: fc.string() }),
})

/** Honest texts with a few changes that somebody hostile would make: what is left still looks like the format. */
export function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([text, changes]) => changes.reduce(mutate, text))
}

function mutate(text: string, { kind, at, to, nasty }: Mutation): string {
  const from = Math.floor(at * text.length)
  if (kind === 'insert') return text.slice(0, from) + nasty + text.slice(from)
  if (kind === 'truncate') return text.slice(0, from)
  if (kind === 'cut') return text.slice(0, from) + text.slice(from + Math.floor(to * 40))
  if (kind === 'scalar') {
    const scalars = [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|[^\s"[\]{},:]+/g)]
    const found = scalars[Math.floor(at * scalars.length)]
    if (found === undefined) return nasty
    return text.slice(0, found.index) + nasty + text.slice(found.index + found[0].length)
  }
  const lines = text.split(/(?<=\n)/)
  const [left, right] = [Math.floor(at * lines.length), Math.floor(to * lines.length)]
  if (kind === 'repeat') return lines.toSpliced(right, 0, lines[left]!).join('')
  return lines.with(left, lines[right]!).with(right, lines[left]!).join('')
}
