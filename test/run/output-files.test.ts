import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { newOutputs } from '../../src/domain/apply-events.ts'
import { isSafePath } from '../../src/domain/safe-path.ts'
import { readJournal } from '../../src/journal/read-journal.ts'
import { clone, gitdir, teams, temporaryFolder, type TestRepo } from '../support/repo.ts'

const library = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href

interface Listed {
  run: string
  outputs: { commit: string; files: { path: string; oid: string }[] }
}

async function record(repo: TestRepo, run: string): Promise<Listed> {
  return (JSON.parse((await repo.model('show', run, '--json')).stdout) as { run: Listed }).run
}

function nameOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

describe('of two contents of one path', () => {
  it('the run keeps the one that was kept last, whoever kept it', async () => {
    const repo = await gitdir()
    const script = `import { startRun } from ${JSON.stringify(library)}
      import { writeFileSync } from 'node:fs'
      const run = await startRun()
      writeFileSync('m.bin', 'old'); await run.output('m.bin'); writeFileSync('m.bin', 'newest')`
    await repo.write('train.mjs', script)
    const ran = await repo.model('run', '-n', 'both', '--output', 'm.bin', '--', 'node', 'train.mjs')
    expect(ran.exitCode, ran.stderr).toBe(0)
    const { outputs } = await record(repo, 'both')
    expect(outputs.files).toMatchObject([{ path: 'm.bin', oid: nameOf('newest') }])
  })

  it('the run keeps the earlier one again, when it is logged again', async () => {
    const repo = await gitdir()
    await repo.model('run', '-n', 'r', '--', 'true')
    const contents = ['one', 'two', 'one', 'two', 'one']
    for (const [round, content] of contents.entries()) {
      await repo.write('m.bin', content)
      await repo.model('log', '--run', 'r', '--force', '--output', 'm.bin')
      const { outputs } = await record(repo, 'r')
      expect(await repo.git('cat-file', '-p', `${outputs.commit}:m.bin`)).toContain(nameOf(content))
      expect(outputs.files.map(({ oid }) => oid).sort()).toEqual(
        [...new Set(contents.slice(0, round + 1))].map(nameOf).sort(),
      )
      await repo.exec('rm', ['m.bin'])
      expect(await repo.model('checkout', 'r')).toMatchObject({ exitCode: 0 })
      expect(await repo.read('m.bin')).toBe(content)
    }
  })

  it('the look at the end of the run wins at equal times', () => {
    const folder = path.join(temporaryFolder(), 'journal')
    mkdirSync(folder)
    const line = (oid: string): string =>
      `\n${JSON.stringify({ time: 7, outputs: [{ path: 'm', oid, size: 1 }] })}\n`
    writeFileSync(path.join(folder, 'log.jsonl'), line('end'))
    writeFileSync(path.join(folder, 'process-12.jsonl'), line('first') + line('second'))
    const { events } = readJournal('a'.repeat(40), folder)
    expect(newOutputs(undefined, events)).toMatchObject([{ oid: 'end' }])
  })
})

describe('outputs that two clones added to one run', () => {
  it('can be had by a third one, all of them; of two contents of one path the same counts everywhere', async () => {
    const { origin, alice, bob } = await teams()
    await alice.model('run', '-n', 'base', '--', 'true')
    await alice.model('sync')
    await bob.model('sync')
    for (const [repo, own] of [
      [alice, 'a.bin'],
      [bob, 'b.bin'],
    ] as const) {
      await repo.write(own, `of ${own}`)
      await repo.write('same.bin', `same.bin as ${own} has it`)
      await repo.model('log', '--run', 'base', '--force', '--output', own, '--output', 'same.bin')
      expect(await repo.model('sync')).toMatchObject({ exitCode: 0 })
    }
    await alice.model('sync')
    const carol = await clone(origin)
    await carol.model('init')
    await carol.model('sync')
    const out = await carol.model('checkout', 'base')
    expect(out.exitCode, out.stderr).toBe(0)
    expect(await carol.read('a.bin')).toBe('of a.bin')
    expect(await carol.read('b.bin')).toBe('of b.bin')
    const chosen = await carol.read('same.bin')
    for (const repo of [alice, bob, carol]) {
      const { stdout } = await repo.model('show', 'base')
      expect(stdout.match(/^.*same\.bin.*$/gm)).toHaveLength(2)
      const [line] = stdout.match(/^.*same\.bin.*replaced.*$/gm)!
      expect(line).not.toContain(nameOf(chosen).slice(0, 19))
    }
    await alice.write('c.bin', 'c')
    await alice.model('log', '--run', 'base', '--force', '--output', 'c.bin')
    const { commit } = (await record(alice, 'base')).outputs
    const kept = await alice.git('diff', '--name-only', 'HEAD', commit)
    expect(kept.split('\n')).toEqual(['a.bin', 'b.bin', 'c.bin', 'same.bin'])
    const pointer = await alice.git('cat-file', '-p', `${commit}:same.bin`)
    expect(pointer).toContain(nameOf(chosen))
  })
})

describe('a path that hosts refuse', () => {
  it.each([
    'out/.GIT/config',
    'git~1/x',
    '.git ./x',
    '.git::$INDEX_ALLOCATION/x',
    'a/git~1:x/y',
    '.g\u200cit/x',
  ])('is no path for a file: %j', (file) => expect(isSafePath(file)).toBe(false))

  it('is not kept, which is said; the run is, and a strict host takes it', async () => {
    const { origin, alice } = await teams()
    await alice.exec('git', ['-C', origin, 'config', 'receive.fsckObjects', 'true'])
    await alice.write('made/good.bin', 'good')
    await alice.write('made/.GIT/bad.bin', 'bad')
    await alice.write('made/git~1/bad.bin', 'bad')
    const ran = await alice.model('run', '-n', 'r', '--output', 'out', '--', 'mv', 'made', 'out')
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(ran.stderr).toMatch(/not kept.*git refuses: .*out\/\.GIT\/bad\.bin, out\/git~1\/bad\.bin/)
    const { run, outputs } = await record(alice, 'r')
    expect(outputs.files.map((file) => file.path)).toEqual(['out/good.bin'])
    const foreign = { path: '.gIt/x', oid: nameOf('x'), size: 1 }
    const line = `${JSON.stringify({ time: Date.now(), outputs: [foreign], tags: { seen: true } })}\n`
    await alice.write(`.git/model/journal/${run}/log.jsonl`, line)
    expect((await alice.model('show', 'r')).stdout).toContain('paths that git refuses')
    expect((await record(alice, 'r')).outputs.files).toHaveLength(1)
    const synced = await alice.model('sync')
    expect(synced.exitCode, synced.stderr).toBe(0)
  })
})

describe('a file and a folder at one path', () => {
  it('the later one takes the place of the earlier in the outputs; checkout says what is in its way', async () => {
    const repo = await gitdir()
    await repo.model('run', '-n', 'r', '--', 'true')
    await repo.write('o.bin', 'a file')
    await repo.model('log', '--run', 'r', '--force', '--output', 'o.bin')
    await repo.exec('rm', ['o.bin'])
    await repo.write('o.bin/x', 'in a folder')
    await repo.model('log', '--run', 'r', '--force', '--output', 'o.bin/x')
    await repo.exec('rm', ['-r', 'o.bin'])
    expect(await repo.model('checkout', 'r')).toMatchObject({ exitCode: 0 })
    expect(await repo.read('o.bin/x')).toBe('in a folder')
    await repo.exec('rm', ['-r', 'o.bin'])
    await repo.write('o.bin', 'mine')
    const file = await repo.model('checkout', 'r')
    expect(file).toMatchObject({ exitCode: 1 })
    expect(file.stderr).toContain(
      'error: the file "o.bin" stands in the way of "o.bin/x"\nhint: mv o.bin o.bin.mine',
    )
    await repo.model('log', '--run', 'r', '--force', '--output', 'o.bin')
    await repo.exec('rm', ['o.bin'])
    await repo.write('o.bin/x', 'in a folder')
    const folder = await repo.model('checkout', 'r')
    expect(folder).toMatchObject({ exitCode: 1 })
    expect(folder.stderr).toContain('error: the folder "o.bin" stands in the way of "o.bin"\n')
    await repo.exec('rm', ['-r', 'o.bin'])
    expect(await repo.model('checkout', 'r')).toMatchObject({ exitCode: 0 })
    expect(await repo.read('o.bin')).toBe('mine')
  })

  it('of one run that kept both the later counts', () => {
    const at = (time: number, path: string) => ({ time, outputs: [{ path, oid: path, size: 1 }] })
    const kept = newOutputs(undefined, [at(1, 'o'), at(2, 'o/x'), at(3, 'p/x'), at(4, 'p')])
    expect(kept.map(({ path }) => path)).toEqual(['o/x', 'p'])
  })
})
