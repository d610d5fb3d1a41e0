import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gitdir } from '../support/repo.ts'
import { hostileRemote } from './attacker.ts'
import { nobody, noteAt, recordOf } from './payloads.ts'
import { survives } from './safe-output.ts'

const RUNS = 'refs/notes/model/runs'
const HEX = '0a'.repeat(32)

describe('a path that somebody hostile wrote', () => {
  it('is not written to: not into .git, not out of the work tree, not through a link', async () => {
    const { attacker, alice } = await hostileRemote()
    const content = 'touch pwned\n'
    await alice.write('weights.bin', content)
    await alice.exec('git', ['lfs', 'clean'], { input: content })
    const oid = await alice.exec('sha256sum', ['weights.bin']).then(({ stdout }) => stdout.slice(0, 64))
    symlinkSync('..', alice.path('up'))
    symlinkSync('.git', alice.path('inner'))
    const refused = [
      '.git/hooks/pre-push',
      '.GIT/hooks/pre-push',
      '.Git./config',
      'git~1/config',
      '.g\u200cit/config',
      'a/.git/config',
      '.gitattributes',
      '.lfsconfig',
      '.github/workflows/x.yml',
      'up/pwned',
      'inner/hooks/pre-push',
      '../pwned',
      '/git-model-pwned',
      'a/../../pwned',
      'C:/pwned',
      'a\\..\\pwned',
    ]
    const taken = [
      'aux',
      'con.bin',
      'nul',
      'a/ends-in-dot.',
      'ends in blank ',
      '-rf',
      '--help',
      '$(touch pwned)',
      '`x`',
    ]
    const notes = [...refused, ...taken].map((path, index) => {
      const run = nobody(`c${index.toString(16).padStart(2, '0')}`)
      const outputs = {
        commit: 'c'.repeat(40),
        files: [{ path, oid: `sha256:${oid}`, size: content.length }],
      }
      return { path: noteAt(run), text: recordOf(run, { name: `run ${index}`, outputs }) }
    })
    await attacker.addNotes(RUNS, notes)
    expect((await survives(alice, ['sync'])).exitCode).toBe(0)
    const before = readdirSync(alice.path('.git/hooks')).sort()
    for (const [index, path] of refused.entries()) {
      const ran = await alice.model('checkout', nobody(`c${index.toString(16).padStart(2, '0')}`))
      expect(ran.exitCode, `${path}: ${ran.stdout}${ran.stderr}`).not.toBe(0)
      expect(ran.stderr, path).not.toContain('bug in git-model')
    }
    expect(readdirSync(alice.path('.git/hooks')).sort()).toEqual(before)
    for (const place of ['../pwned', '.gitattributes', '.lfsconfig', '.github', 'a', 'pwned', 'C:'])
      expect(existsSync(alice.path(place)), place).toBe(false)
    expect(existsSync('/git-model-pwned')).toBe(false)
    for (const index of taken.keys()) {
      const run = nobody(`c${(refused.length + index).toString(16).padStart(2, '0')}`)
      await survives(alice, ['checkout', run])
    }
    for (const path of ['-rf', '$(touch pwned)', '`x`']) expect(await alice.read(path)).toBe(content)
    expect(existsSync(alice.path('pwned'))).toBe(false)
  })

  it('may come with any size: no pointer says one that is not a size', async () => {
    const { alice } = await hostileRemote()
    const sizes = [
      '9223372036854775808',
      '-1',
      '1e400',
      '00003',
      '9007199254740993',
      '9007199254740991',
      '3 ',
    ]
    const files = sizes.map((size, index) => {
      const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${HEX}\nsize ${size}\n`
      return [`models/m${index}.bin`, text] as const
    })
    const models = files.map(([path], index) => `  m${index}: {path: ${path}}\n`).join('')
    await alice.write('.gitmodel.yaml', `models:\n${models}`)
    for (const [path, text] of files) await alice.write(path, text)
    await alice.write('.gitattributes', '')
    await alice.git('add', '.')
    await alice.git('commit', '-q', '-m', 'pointers')
    await alice.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n')
    for (const args of [
      ['weights', 'status'],
      ['weights', 'verify'],
      ['weights', 'show', 'm0'],
      ['weights', 'show', 'm5'],
      ['show', 'm5'],
      ['diff', 'HEAD~1', 'HEAD'],
      ['diff', 'HEAD~1', 'HEAD', '--format', 'html'],
      ['checkout', 'HEAD', 'm5'],
      ['checkout', 'HEAD', 'm1'],
      ['doctor'],
      ['sync'],
    ])
      await survives(alice, args)
  })

  it('does not lead a configuration out of the work tree', async () => {
    const repo = await gitdir()
    await repo.commit({ 'train.py': '1' })
    await repo.write('../elsewhere.yaml', 'sync: {push: off}\n')
    symlinkSync('../elsewhere.yaml', repo.path('.gitmodel.yaml'))
    for (const args of [['doctor'], ['runs'], ['weights', 'status'], ['run', '--', 'true']]) {
      const ran = await survives(repo, args)
      expect(ran.stdout + ran.stderr, ran.command).not.toContain('elsewhere')
    }
    expect((await repo.model('doctor')).stdout).toMatch(/\.gitmodel\.yaml.*(?:link|no file)/)
  })

  it('is not kept where a link in a folder of artifacts leads out of it, which is said', async () => {
    const repo = await gitdir()
    await repo.commit({ 'train.py': '1' })
    await repo.write('../secret', 'password')
    await repo.write('out/plot.txt', 'a plot')
    symlinkSync('../../secret', repo.path('out/leak'))
    symlinkSync('../..', repo.path('out/above'))
    symlinkSync('plot.txt', repo.path('out/same.txt'))
    const ran = await repo.model('run', '--', 'git', 'model', 'log', '--artifact', 'out')
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(ran.stderr).toContain(
      'links that lead out of their folder, or paths that git refuses: out/above, out/leak',
    )
    const listed = await repo.model('runs', '--json')
    expect(listed.stdout).not.toContain('leak')
    const run = /"run": "([0-9a-f]{40})"/.exec(listed.stdout)![1]!
    const shown = await repo.model('show', run, '--json')
    expect(shown.stdout).toContain('.model/artifacts/out/plot.txt')
    expect(shown.stdout).toContain('.model/artifacts/out/same.txt')
    expect(shown.stdout).not.toMatch(/leak|above/)
    const second = await repo.model('run', '--output', 'out', '--', 'true')
    expect(second.stderr).toContain(
      'links that lead out of their folder, or paths that git refuses: out/above, out/leak',
    )
  })
})
