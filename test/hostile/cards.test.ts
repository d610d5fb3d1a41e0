import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hostileRemote, newcomer } from './attacker.ts'
import { noteAt, TEXTS } from './payloads.ts'
import { expectSafe, survives } from './safe-output.ts'

const CARDS = 'refs/notes/model/cards'
const MARKUP = /(?<!\\)<(?:script|img|b>|!--)|(?<!\\)!\[|(?<!\\)\]\(/

const all = Object.values(TEXTS).join(' ')

/** Cards that keep the rules, and hold what acts on whoever reads it; as JSON, which is YAML. */
const HOSTILE: Readonly<Record<string, unknown>> = {
  texts: {
    schema: 'card/v1',
    license: all,
    tags: Object.values(TEXTS),
    [all.slice(0, 200)]: all,
    __proto__x: 1,
    card: {
      identity: { name: all, description: all, [TEXTS['title']!]: all },
      weights: [{ path: '../../etc/passwd', oid: `sha256:${'0'.repeat(64)}`, size: 1e300 }],
      training: { hyperparameters: Object.fromEntries(Object.entries(TEXTS)), hardware: all },
      evaluation: [{ metric: { type: all, value: all, ...TEXTS } }],
      body: `# ${all}\n\n${Object.values(TEXTS).join('\n\n')}`,
    },
  },
  'a circle': 'schema: card/v1\nlicense: mit\nextra: &a {b: [*a, *a]}\n',
  conflicts: {
    schema: 'card/v1',
    license: 'mit',
    card: {
      conflicts: [
        { field: "x'; touch pwned; '", values: [all, null] },
        { field: '$(touch pwned)', values: [1, 2] },
        { field: 'license\nhint: touch pwned', values: Object.values(TEXTS) },
        { field: '__proto__.polluted', values: [1, 2] },
        { field: 'card.conflicts', values: [[], null] },
        { field: 'card.conflicts[0].values', values: [[], null] },
        { field: '--all', values: ['a', 'b'] },
        { field: '', values: [] },
        { field: '*', values: ['no: [yaml', 7] },
        { field: all, values: [{ __proto__: null, a: all }] },
      ],
      body: 'x',
    },
  },
}

describe('a card that somebody hostile wrote', () => {
  it.each(Object.keys(HOSTILE))('acts on nobody who reads, checks, edits or merges it: %s', async (kind) => {
    const { attacker, alice } = await hostileRemote()
    const config = 'models:\n  x: {path: models/x.bin, card: required, fields: [language]}\n'
    await alice.commit({ 'models/x.bin': 'weights', '.gitmodel.yaml': config })
    await alice.git('push', '-q', 'origin', 'HEAD:main')
    const target = await alice.git('rev-parse', 'HEAD:models/x.bin')
    const card = HOSTILE[kind]
    const text = `---\n${typeof card === 'string' ? card : JSON.stringify(card)}\n`
    await attacker.addNotes(CARDS, [{ path: noteAt(target), text }])
    const bob = await newcomer(attacker)
    await survives(alice, ['card', 'new', 'x'])
    let said = ''
    for (const args of [
      ['sync'],
      ['card', 'show', 'x'],
      ['card', 'show', 'x', '--json'],
      ['card', 'check', 'x'],
      ['card', 'check', '--json'],
      ['card', 'history', 'x'],
      ['card', 'resolve', 'x'],
      ['show', 'x'],
      ['diff', 'HEAD~1', 'HEAD'],
      ['diff', 'HEAD~1', 'HEAD', '--format', 'md'],
      ['diff', 'HEAD~1', 'HEAD', '--format', 'html'],
      ['weights', 'status'],
      ['weights', 'verify'],
      ['doctor'],
      ['card', 'resolve', 'x', '--take', '1', '--all'],
      ['card', 'resolve', 'x', 'license', '--ours'],
      ['card', 'resolve', 'x', '--all', '--theirs'],
      ['card', 'set', 'x', 'license=mit'],
      ['card', 'show', 'x'],
      ['sync'],
    ]) {
      const ran = await survives(alice, args)
      said += ran.stdout + ran.stderr
      if (args.includes('md')) expect(MARKUP.exec(ran.stdout)?.[0], ran.command).toBeUndefined()
      if (args.includes('html')) expect(ran.stdout).not.toMatch(/<script>alert|<img src=x/)
    }
    expectSafe(said, kind)
    // No line that looks like ours was made by somebody else.
    expect(said).not.toMatch(/^hint: touch pwned/m)
    expect((await survives(bob, ['sync'])).exitCode).toBe(0)
    await survives(bob, ['card', 'check', 'x'])
    for (const repo of [alice, bob]) expect(existsSync(repo.path('pwned'))).toBe(false)
  })
})

describe('hooks', () => {
  it('run with whatever was fetched, and let git go on', async () => {
    const { attacker, alice } = await hostileRemote()
    await alice.commit({
      'models/x.bin': 'weights',
      '.gitmodel.yaml': 'models:\n  x: {path: models/x.bin}\n',
    })
    expect((await alice.model('init')).exitCode).toBe(0)
    await alice.git('push', '-q', 'origin', 'HEAD:main')
    const target = await alice.git('rev-parse', 'HEAD:models/x.bin')
    const main = await attacker.git(['rev-parse', 'main'])
    const texts = [
      `---\n${JSON.stringify(HOSTILE['texts'])}\n`,
      '\u0001 no: [yaml',
      `---\n"${'a'.repeat(8e6)}"\n`,
    ]
    for (const [index, ref] of ['cards', 'runs', 'series', 'experiments', 'registry'].entries())
      await attacker.addNotes(`refs/notes/model/${ref}`, [
        { path: noteAt(target), text: texts[index % 3]! },
        { path: noteAt(main), text: texts[(index + 1) % 3]! },
      ])
    await attacker.point('refs/heads/--upload-pack=touch-pwned', main)
    await attacker.point('refs/model/runs--output=pwned', main)
    const tree = await attacker.git(['rev-parse', 'main^{tree}'])
    await attacker.point('refs/heads/main', await attacker.commit(tree, { parents: [main], message: 'more' }))
    for (const args of [
      ['fetch', '-q'],
      ['merge', '-q', 'origin/main'],
      ['checkout', '-q', '-b', 'next'],
      ['checkout', '-q', '-'],
      ['commit', '-q', '--amend', '--allow-empty', '-m', 'mine'],
      ['push', '-q', '--force', 'origin', 'HEAD:main'],
    ]) {
      const ran = await alice.exec('git', args)
      expect(ran.exitCode, `${args.join(' ')}: ${ran.stderr}`).toBe(0)
      expect(ran.stderr).not.toContain('bug in git-model')
      expectSafe(ran.stdout + ran.stderr.replaceAll(/\u001b\[K|\r/g, ''), args.join(' '))
    }
    expect(existsSync(alice.path('pwned'))).toBe(false)
  })

  it('and sync take a remote whose name is an option for no option', async () => {
    const { attacker, alice } = await hostileRemote()
    const name = '--upload-pack=touch pwned;'
    const config = `[remote "${name}"]\n\turl = ${attacker.origin}\n\tfetch = +refs/heads/*:refs/remotes/evil/*\n`
    await alice.write('.git/config', (await alice.read('.git/config')) + config)
    for (const args of [
      ['doctor'],
      ['sync'],
      ['sync', '--', name],
      ['init', '--remote', name],
      ['weights', 'verify', `--remote=${name}`],
    ])
      await survives(alice, args)
    expect(existsSync(alice.path('pwned'))).toBe(false)
  })
})
