const ESC = '\u001b'

/** Texts that act where they are shown: on a terminal, in Markdown, in HTML, in a spreadsheet. */
export const TEXTS: Readonly<Record<string, string>> = {
  title: `${ESC}]0;owned\u0007`,
  link: `${ESC}]8;;https://evil.example\u001b\\click${ESC}]8;;\u001b\\`,
  c1: '\u009b31mred\u009d0;x\u009c',
  overwrite: 'evil\rgood',
  erase: `${ESC}[2K${ESC}[1A`,
  bidi: '\u202etxt.exe\u2066\u2069',
  hidden: 'a\u200bb\u2060c\ufeffd\u{e0041}',
  separators: 'a\u2028b\u2029c\u0085d',
  table: 'a | b |\n| --- | --- |\n| c | d |',
  image: '![x](https://evil.example/x.png) [y](javascript:alert(1))',
  html: '<script>alert(1)</script><!-- --><img src=x onerror=alert(1)>',
  comment: '--> <b>out</b> <!--',
  mention: '@everyone @org/team #1 GH-1 !1 closes #2',
  code: '``` `x` ~~~\n```\n# title',
  action: '/close\n/approve',
  formula: '=HYPERLINK("https://evil.example","x")',
  command: "@SUM(1+1)*cmd|' /C calc'!A0",
}

/** A record that says `run`, with changes; as JSON, which is YAML too and can hold every text. */
export function recordOf(run: string, changes: Readonly<Record<string, unknown>> = {}): string {
  const record = {
    schema: 'run/v1',
    run,
    name: 'hostile',
    kind: 'training',
    status: 'finished',
    started: '2026-01-02T03:04:05.000Z',
    code: { commit: 'c'.repeat(40), tree: 'd'.repeat(40), dirty: false },
    revision: 1,
    ...changes,
  }
  return `---\n${JSON.stringify(record)}\n`
}

/** An object name that begins with digits and is nobody's. */
export function nobody(first: string): string {
  return first.padEnd(40, '0')
}

/** The path of a note, as git and git-model write it. */
export function noteAt(target: string): string {
  return `${target.slice(0, 2)}/${target.slice(2)}`
}
