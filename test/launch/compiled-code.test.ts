import { execa } from 'execa'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { routes } from '../../src/cli/routes.ts'
import { GROUPS } from '../../src/launch/code-file.ts'
import { temporaryFolder } from '../support/repo.ts'

const dist = path.resolve(import.meta.dirname, '../../dist')
const HELP = ['runs', '--help']
const [SAYS, SAID] = ['List runs', 'Lost runs']

describe('the bundle', () => {
  const files = readdirSync(dist).filter((name) => name.endsWith('.js'))
  const texts = files.map((name) => ({ name, text: readFileSync(path.join(dist, name), 'latin1') }))

  it('is written in ASCII, as it is read', () => {
    expect(texts.filter(({ text }) => /[^\0-\x7f]/.test(text)).map(({ name }) => name)).toEqual([])
  })

  it('imports nothing as it runs, which V8 knows no way for in code that was kept', () => {
    expect(texts.filter(({ text }) => /(?<!\.)\bimport\(['"`]/.test(text)).map(({ name }) => name)).toEqual(
      [],
    )
  })

  it('requires its own files, what Node has, and a module that colours debugging where it is there', () => {
    const required = texts.flatMap(({ text }) => [...text.matchAll(/\brequire\(["']([^"']+)["']\)/g)])
    const names = new Set(required.map((match) => match[1]!.replace('node:', '')))
    expect([...names].filter((name) => !name.startsWith('./') && !isBuiltin(name))).toEqual([
      'supports-color',
    ])
  })
})

describe('compiled code', () => {
  it('is kept for each command, for its user alone', async () => {
    const home = temporaryFolder()
    await run(dist, home, HELP)
    await run(dist, home, ['card', 'show', '--help'])
    const [folder] = readdirSync(path.join(home, 'git-model'))
    expect(folder).toMatch(/^\d+\.\d+\.\d+-node-v\d+/)
    const kept = readdirSync(path.join(home, 'git-model', folder!)).sort()
    expect(kept).toEqual(['card-show', 'runs'])
    expect(statSync(fileOf(home)).mode & 0o777).toBe(0o600)
    expect(statSync(path.dirname(fileOf(home))).mode & 0o777).toBe(0o700)
  })

  it('is what runs the next time', async () => {
    const home = await homeOfAnother()
    expect(await run(dist, home, HELP)).toContain(SAID)
  })

  it.each([
    ['it was cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4096)],
    ['it is empty', () => Buffer.alloc(0)],
    ['a block is lost', (bytes: Buffer) => Buffer.from(bytes).fill(0, 8192, 8192 + 4096)],
    ['its head is no JSON', (bytes: Buffer) => Buffer.concat([Buffer.from('{"checksum":\n'), bytes])],
    ['it is something else', () => Buffer.from('[]\n')],
  ])('is made anew where %s', async (_what, damage) => {
    const home = await homeOfAnother()
    const file = fileOf(home)
    writeFileSync(file, damage(readFileSync(file)))
    expect(await run(dist, home, HELP)).toContain(SAYS)
    expect(await run(dist, home, HELP)).toContain(SAYS)
    expect(statSync(file).size).toBeGreaterThan(10_000)
  })

  it('is of no file whose name does not change with its text', async () => {
    const home = await homeOfAnother()
    const kept = readFileSync(fileOf(home), 'latin1').split('\n', 1)[0]!
    expect(kept).toContain('"./main-')
    expect(kept).not.toContain('program.js')
  })

  it('is not taken where others may write it', async () => {
    const home = await homeOfAnother()
    chmodSync(fileOf(home), 0o666)
    expect(await run(dist, home, HELP)).toContain(SAYS)
  })

  it('is neither kept nor taken where Node is told so, or flags differ', async () => {
    const home = await homeOfAnother()
    expect(await run(dist, home, HELP, { NODE_DISABLE_COMPILE_CACHE: '1' })).toContain(SAYS)
    expect(await run(dist, home, HELP, { NODE_OPTIONS: '--jitless' })).toContain(SAYS)
    const without = temporaryFolder()
    await run(dist, without, HELP, { NODE_DISABLE_COMPILE_CACHE: '1' })
    expect(readdirSync(without)).toEqual([])
  })

  it('is not kept of what failed, and of no words that are no command', async () => {
    const home = temporaryFolder()
    for (const args of [['rums'], ['runs', '--frobnicate'], ['--help'], ['../x'], []])
      await execa(process.execPath, [path.join(dist, 'bin.js'), ...args], {
        env: { XDG_CACHE_HOME: home },
        reject: false,
      })
    expect(readdirSync(home)).toEqual([])
  })

  it('is nothing that a command needs', async () => {
    const file = path.join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(await run(dist, path.join(file, 'below'), HELP)).toContain(SAYS)
  })

  it('is not kept where the user has no home', async () => {
    const cwd = temporaryFolder()
    const { stdout } = await execa(process.execPath, [path.join(dist, 'bin.js'), ...HELP], {
      cwd,
      env: { HOME: '', XDG_CACHE_HOME: 'relative' },
    })
    expect(stdout).toContain(SAYS)
    expect(readdirSync(cwd)).toEqual([])
  })

  it('of versions that are no longer in use goes away', async () => {
    const home = temporaryFolder()
    const [old, recent] = ['0.0.1-node-v18', '0.0.2-node-v20'].map((name) =>
      path.join(home, 'git-model', name),
    )
    for (const folder of [old!, recent!]) mkdirSync(folder, { recursive: true })
    utimesSync(old!, new Date('2020-01-01'), new Date('2020-01-01'))
    await run(dist, home, HELP)
    expect([existsSync(old!), existsSync(recent!)]).toEqual([false, true])
  })

  it('is of one file for each command below another', () => {
    const groups = routes.getAllEntries().filter(({ target }) => 'getAllEntries' in target)
    expect([...GROUPS].sort()).toEqual(groups.map(({ name }) => name.original).sort())
  })
})

// Its compiled code says something else than the program, which tells the two apart.
async function homeOfAnother(): Promise<string> {
  const [home, other] = [temporaryFolder(), path.join(temporaryFolder(), 'dist')]
  cpSync(dist, other, { recursive: true })
  for (const name of readdirSync(other).filter((each) => /^main-.*\.js$/.test(each))) {
    const file = path.join(other, name)
    writeFileSync(file, readFileSync(file, 'latin1').replaceAll(SAYS, SAID), 'latin1')
  }
  expect(await run(other, home, HELP)).toContain(SAID)
  return home
}

function fileOf(home: string): string {
  const [version] = readdirSync(path.join(home, 'git-model'))
  return path.join(home, 'git-model', version!, 'runs')
}

async function run(
  folder: string,
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await execa(process.execPath, [path.join(folder, 'bin.js'), ...args], {
    env: { XDG_CACHE_HOME: home, ...env },
  })
  return stdout
}
