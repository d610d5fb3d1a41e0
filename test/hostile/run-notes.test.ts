import { describe, expect, it } from 'vitest'
import { hostileRemote } from './attacker.ts'
import { nobody, noteAt, recordOf, TEXTS } from './payloads.ts'
import { READERS, survives } from './safe-output.ts'

const RUNS = 'refs/notes/model/runs'

/** Markup that no escaping stands before. */
const MARKUP = /(?<!\\)<(?:script|img|b>|!--)|(?<!\\)!\[|(?<!\\)\]\(|(?<![\w\\])@\w/

/** A cell that a spreadsheet would run. */
const FORMULA = /(?:^|,)"?[=+@-](?!\d)/m

/** Notes that break the rules of the format, by the digits their run begins with. */
const BROKEN: Readonly<Record<string, string>> = {
  a0: `---\na: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, i) => `${'bcdefghij'[i]}: &${'bcdefghij'[i]} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`).join('\n')}\n`,
  a1: `---\n${'['.repeat(100_000)}\n`,
  a2: `---\n${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}\n`,
  a3: `---\n${Array.from({ length: 5000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}\n`,
  a4: recordOf(nobody('a4')).replace(
    '"name":"hostile"',
    '"name":"hostile","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}',
  ),
  a5: recordOf(nobody('a5')).replace('"revision":1', `"revision":1${'0'.repeat(400)}`),
  a6: recordOf(nobody('ff')),
  a7: '\0\u0001\u001b[31m\n',
  a8: '',
  a9: `---\nschema: run/v9\n${TEXTS['title']}: ${TEXTS['bidi']}\n`,
  aa: recordOf(nobody('aa'), { name: TEXTS['title'] }),
  ab: recordOf(nobody('ab'), {
    outputs: { commit: 'c'.repeat(40), files: [{ path: '../x', oid: `sha256:${'0'.repeat(64)}`, size: 1 }] },
  }),
  ac: `---\n!!js/function 'function(){ process.exit(99) }'\n`,
  ad: recordOf(nobody('ad')).replace('"name"', `"${TEXTS['erase']!.replace('\u001b', '\\u001b')}":1,"name"`),
}

/** Notes that keep the rules, and hold what acts on whoever reads it: one a text, and one with all of them. */
function actingNotes(): { path: string; text: string }[] {
  const all = Object.entries(TEXTS)
  const one = all.map(([what, text], index) => ({
    run: nobody(`b${index.toString(16).padStart(2, '0')}`),
    texts: [[what, text]],
  }))
  return [...one, { run: ALL, texts: all }].map(({ run, texts }) => ({
    path: noteAt(run),
    text: recordOf(run, actingFields(texts as [string, string][])),
  }))
}

const ALL = nobody('bbbb')

function actingFields(texts: readonly (readonly [string, string])[]): Record<string, unknown> {
  const text = texts.map(([, each]) => each).join(' ')
  const name = `acts ${text}`
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .slice(0, 200)
    .trim()
  const values = Object.fromEntries([...texts, ['__proto__', text], ['constructor', text], [name, text]])
  const summary = {
    last: 'NaN',
    step: 1e308,
    min: 'NaN',
    max: '-Infinity',
    count: 9007199254740991,
    time: -1e300,
  }
  return {
    name,
    author: text,
    command: texts.map(([, each]) => each),
    params: values,
    tags: values,
    environment: values,
    notes: texts.map(([, each]) => each).join('\n\n'),
    code: {
      commit: 'c'.repeat(40),
      tree: 'd'.repeat(40),
      dirty: true,
      branch: text,
      skipped: [{ path: text, reason: 'size' }],
    },
    inputs: [{ path: text, digest: `sha256:${'0'.repeat(64)}` }],
    metrics: { loss: summary, [name]: summary, ['__proto__']: summary },
    outputs: {
      commit: 'e'.repeat(40),
      files: [{ path: text.replaceAll('/', '_'), oid: `sha256:${'1'.repeat(64)}`, size: 9007199254740991 }],
    },
    exit: { signal: text.slice(0, 20) },
  }
}

describe('run notes that somebody hostile wrote', () => {
  it('break nothing, hide nobody, act on nobody, and are carried', async () => {
    const { attacker, alice } = await hostileRemote()
    const broken = Object.entries(BROKEN).map(([digits, text]) => ({ path: noteAt(nobody(digits)), text }))
    const acting = actingNotes()
    await attacker.addNotes(RUNS, [...broken, ...acting])
    expect((await survives(alice, ['sync'])).exitCode).toBe(0)
    const listed = await survives(alice, ['runs'])
    expect(listed.stdout).toContain('honest')
    expect(listed.stdout.match(/^b[0-9a-f]+ +acts/gm)).toHaveLength(acting.length)
    expect(listed.stderr).toContain(`${broken.length} runs have notes that cannot be read`)
    let said = ''
    for (const args of READERS) {
      const ran = await survives(
        alice,
        args.map((word) => word.replace('TARGET', ALL)),
      )
      said += ran.stdout + ran.stderr
      if (args.includes('md')) expect(MARKUP.exec(ran.stdout)?.[0], ran.command).toBeUndefined()
      if (args.includes('csv')) expect(FORMULA.exec(ran.stdout)?.[0], ran.command).toBeUndefined()
    }
    expect(said).toContain(`${broken.length} run notes cannot be read`)
    // What cannot be read is carried as it stands, and a sync changed nothing of it.
    expect(await alice.git('ls-tree', '-r', RUNS)).toBe(await attacker.git(['ls-tree', '-r', RUNS]))
  })

  it('are told by their size alone where they are longer than any honest one, and not read', async () => {
    const { attacker, alice } = await hostileRemote()
    const run = nobody('c0')
    const size = 64 * 1024 * 1024 + 1
    await attacker.addNotes(RUNS, [{ path: noteAt(run), text: Buffer.alloc(size, '# \n') }])
    expect((await survives(alice, ['sync'])).exitCode).toBe(0)
    expect((await survives(alice, ['runs'])).stdout).toContain('honest')
    const shown = await survives(alice, ['show', run])
    expect(shown.stderr).toContain(`the note is too large: ${size} bytes, where at most ${size - 1} are read`)
  })
})
