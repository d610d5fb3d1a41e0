import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { execa } from 'execa'
import { openTestRepo, temporaryFolder, type Ran } from './support/repo.ts'

// npm run demo, as a user runs it: the main job from end to end, on real digits.
const demo = path.resolve(import.meta.dirname, '../examples/demo.mjs')
const home = process.env['HOME']!
let ran: Ran
let folder: string
let homeBefore: string

beforeAll(async () => {
  homeBefore = readFileSync(path.join(home, '.gitconfig'), 'utf8')
  const result = await execa(process.execPath, [demo], {
    env: { TMPDIR: temporaryFolder() },
    stdin: 'ignore',
    reject: false,
  })
  ran = {
    command: 'npm run demo',
    stdout: result.stdout,
    stderr: result.stderr,
    exitCode: result.exitCode ?? 128,
  }
  folder = /Everything is in (.*)/.exec(ran.stdout)?.[1] ?? ''
})

describe('the demo', () => {
  it('ends well, and tells where to look', () => {
    expect({ exitCode: ran.exitCode, stderr: ran.exitCode === 0 ? '' : ran.stderr }).toEqual({
      exitCode: 0,
      stderr: '',
    })
    expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(['ada', 'bob', 'origin.git']))
  })

  it('says each command before running it', () => {
    const commands = [...ran.stdout.matchAll(/^\w*\$ (git (?:model )?[\w-]+)/gm)].map(
      ([, command]) => command,
    )
    expect([...new Set(commands)]).toEqual(
      expect.arrayContaining([
        'git init',
        'git model init',
        'git add',
        'git push',
        'git model run',
        'git model card',
        'git model runs',
        'git clone',
        'git log',
        'git model diff',
        'git model checkout',
      ]),
    )
  })

  it('shows the metrics in plain git', () => {
    const note = ran.stdout.slice(ran.stdout.indexOf('\nNotes (model/runs):'))
    expect(note).toMatch(/^ {6}val\/acc: \{last: 0\.\d+, step: \d+/m)
    expect(note).toMatch(/^ {4}status: finished$/m)
  })

  it('learns from real digits, and marks the better of the two runs', () => {
    expect(ran.stdout).toMatch(/^better: val\/acc 0\.\d+ → 0\.\d+ \(\+0\.\d+, \+[\d.]+%\)$/m)
    expect(ran.stdout).toMatch(/^val\/acc ↑ .*better/m)
    const [, base, head] = /^val\/acc ↑\s+(0\.\d+)\s+(0\.\d+)/m.exec(ran.stdout)!.map(Number)
    expect(base).toBeGreaterThan(0.7)
    expect(head).toBeGreaterThan(base!)
  })

  it('merges what two branches made of the same weights, by parameter, and measures the result', () => {
    expect(ran.stdout).toMatch(/^-hidden\.weight F32 \[48, 784\] norm/m)
    expect(ran.stdout).toMatch(/^\+hidden\.weight F32 \[48, 784\] norm/m)
    expect(ran.stdout).toMatch(/^hidden .*2 of 2$/m)
    const measured = /^\w+ +merged +finished .*? (0\.\d+)(?= |$)/m.exec(ran.stdout)
    expect(Number(measured?.[1])).toBeGreaterThan(0.85)
  })

  it('reviews cards and weights: fields, file, sizes and object names', () => {
    expect(ran.stdout).toMatch(/card\.identity\.version +unknown +2/)
    expect(ran.stdout).toMatch(
      /models\/digits\.safetensors\n +weights +[\d.]+ kB → [\d.]+ kB, sha256:\w+ → sha256:\w+/,
    )
    expect(readFileSync(path.join(folder, 'bob/review.md'), 'utf8')).toMatch(/^\| .*val\/acc.*\|$/m)
  })

  it('keeps the weights in LFS, and brings the content to the remote', async () => {
    const ada = openTestRepo(path.join(folder, 'ada'))
    for (const branch of ['main', 'wider']) {
      const pointer = await ada.git('cat-file', '-p', `${branch}:models/digits.safetensors`)
      const oid = /^oid sha256:(\w{64})$/m.exec(pointer)![1]!
      const content = readFileSync(
        path.join(folder, 'origin.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid),
      )
      expect(createHash('sha256').update(content).digest('hex')).toBe(oid)
    }
  })

  it('says that the restored weights are the first ones', () => {
    const [, first] = /^# sha256 of the first weights: +(\w{64})$/m.exec(ran.stdout) ?? []
    const [, restored] = /^# sha256 of the restored weights: +(\w{64})$/m.exec(ran.stdout) ?? []
    expect(first).toBeDefined()
    expect(restored).toBe(first)
    expect(ran.stdout).toContain('\n# the bytes are the same\n')
  })

  it('rolls the weights back to the very bytes of the first run', async () => {
    const bob = openTestRepo(path.join(folder, 'bob'))
    const pointer = await bob.git('cat-file', '-p', 'origin/main:models/digits.safetensors')
    const restored = createHash('sha256')
      .update(await bob.bytes('models/digits.safetensors'))
      .digest('hex')
    expect(pointer).toContain(`oid sha256:${restored}\n`)
    expect(await bob.git('cat-file', '-p', 'origin/wider:models/digits.safetensors')).not.toContain(restored)
  })

  it('brings runs, notes and cards to the remote by plain git push', async () => {
    const origin = openTestRepo(path.join(folder, 'origin.git'))
    expect((await origin.git('for-each-ref', '--format=%(refname)')).split('\n')).toEqual([
      'refs/heads/main',
      'refs/heads/wider',
      'refs/model/runs',
      'refs/notes/model/cards',
      'refs/notes/model/runs',
      'refs/notes/model/series',
    ])
  })

  it('gives the teammate the same runs', async () => {
    const listed = await openTestRepo(path.join(folder, 'bob')).model(
      'runs',
      '--json',
      '--sort',
      'metrics.val/acc',
    )
    const { runs } = JSON.parse(listed.stdout) as { runs: { name: string; status: string }[] }
    expect(runs.map(({ name, status }) => [name, status])).toEqual([
      ['wider', 'finished'],
      ['baseline', 'finished'],
    ])
  })

  it("leaves the user's own git configuration alone", () => {
    expect(readFileSync(path.join(home, '.gitconfig'), 'utf8')).toBe(homeBefore)
    expect(existsSync(path.join(home, '.config'))).toBe(false)
  })
})
