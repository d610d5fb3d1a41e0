import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { clone, gitdir, teams, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { formatTranscript } from '../support/transcript.ts'

interface Finding {
  check: string
  state: string
  message: string
  hints: string[]
}

async function findings(repo: TestRepo, ...flags: string[]): Promise<{ exitCode: number; found: Finding[] }> {
  const ran = await repo.model('doctor', '--json', ...flags)
  const answer = JSON.parse(ran.stdout) as { schema: string; ok: boolean; findings: Finding[] }
  expect(answer.schema).toBe('doctor/v1')
  expect(answer.ok).toBe(ran.exitCode === 0)
  return { exitCode: ran.exitCode, found: answer.findings.filter(({ state }) => state !== 'ok') }
}

/** Expects one thing to be wrong, mends it, and expects nothing to be wrong then. */
async function expectMended(repo: TestRepo, state: string, message: RegExp): Promise<void> {
  expect((await findings(repo)).found).toMatchObject([
    { state, message: expect.stringMatching(message), hints: ['git model doctor --fix'] },
  ])
  const { exitCode, found } = await findings(repo, '--fix')
  expect({ exitCode, states: found.map((finding) => finding.state) }).toEqual({
    exitCode: 0,
    states: ['fixed'],
  })
  expect((await findings(repo)).found).toEqual([])
}

describe('git model doctor', () => {
  test('finds nothing in a repository that was just set up', async () => {
    const { alice } = await teams()
    const ran = await alice.model('doctor')
    expect(
      formatTranscript({ ...ran, stdout: ran.stdout.replace(/versions: .*/, 'versions: …') }),
    ).toMatchSnapshot()
  })

  test('tells where git-model is not set up', async () => {
    const repo = await gitdir()
    const { exitCode, found } = await findings(repo)
    expect(exitCode).toBe(1)
    expect(found).toMatchObject([
      { state: 'error', message: 'git-model is not set up in this repository', hints: ['git model init'] },
    ])
    expect((await findings(repo, '--fix')).exitCode).toBe(1)
  })

  test.each([
    '+refs/notes/*:refs/notes/*',
    '+refs/*:refs/*',
    '+refs/notes/model/runs:refs/notes/model/runs',
    '+refs/model/*:refs/model/*',
  ])('finds and mends the refspec %s', async (refspec) => {
    const { alice, bob } = await teams()
    await alice.git('config', '--add', 'remote.origin.fetch', refspec)
    await expectMended(alice, 'error', /would overwrite unpushed runs and cards/)
    await alice.model('run', '-n', 'mine', '--', 'true')
    await bob.model('run', '-n', 'theirs', '--', 'true')
    await bob.model('sync')
    await alice.git('fetch', '--prune')
    const { stdout } = await alice.model('runs')
    expect(stdout).toContain('mine')
    expect(stdout).toContain('theirs')
  })

  test('leaves harmless refspecs alone', async () => {
    const { alice } = await teams()
    for (const refspec of [
      '+refs/notes/commits:refs/notes/commits',
      '+refs/tags/*:refs/tags/*',
      'refs/notes/*:refs/notes/*',
      '^refs/notes/*',
    ]) {
      await alice.git('config', '--add', 'remote.origin.fetch', refspec)
    }
    expect((await findings(alice)).found).toEqual([])
    await alice.git('config', 'fetch.prune', 'true')
    expect((await findings(alice)).found).toMatchObject([{ state: 'error', check: 'refspecs' }])
  })

  test('finds and mends missing refspecs, hooks and program', async () => {
    const { alice } = await teams()
    await alice.git('config', '--unset-all', 'remote.origin.fetch', 'refs/model/runs')
    await expectMended(alice, 'error', /git fetch origin does not bring runs and cards/)
    rmSync(alice.path('.git/hooks/pre-push'))
    await expectMended(alice, 'error', /pre-push is missing in .git\/hooks/)
    await alice.git('config', 'model.program', "'/nowhere/node' /nowhere/bin.js")
    await expectMended(alice, 'error', /which is gone/)
    await alice.git('config', 'core.hooksPath', 'other hooks')
    await expectMended(alice, 'error', /core.hooksPath leads git away/)
  })

  test('finds LFS filters that are gone', async () => {
    const { alice } = await teams()
    const env = { GIT_CONFIG_GLOBAL: '/dev/null' }
    expect((await alice.modelIn('.', ['doctor'], { env })).stdout).toContain(
      'the filters of Git LFS are not set up',
    )
    expect((await alice.modelIn('.', ['doctor', '--fix'], { env })).exitCode).toBe(0)
    expect(await alice.git('config', '--local', 'filter.lfs.required')).toBe('true')
  })

  test('tells line and column of what is wrong in .gitmodel.yaml', async () => {
    const { alice } = await teams()
    await alice.write('.gitmodel.yaml', 'models:\n  digits:\n    path: ../secret\n')
    expect((await findings(alice)).found).toMatchObject([
      {
        state: 'error',
        message:
          '.gitmodel.yaml, line 3, column 11: models.digits.path: must be a relative path inside the repository',
      },
    ])
    await alice.write(
      '.gitmodel.yaml',
      'weights: {patterns: ["*.odd"]}\nmetrics: {a: {primary: true}, b: {primary: true}}\n',
    )
    expect((await findings(alice)).found.map(({ message }) => message)).toEqual([
      '.gitmodel.yaml names weights that .gitattributes does not route through Git LFS: *.odd',
      'several metrics are primary (a, b); a ranks the runs',
    ])
  })

  test('finds weights that are still in git itself', async () => {
    const repo = await gitdir({ 'old.pt': 'weights' })
    await repo.model('init')
    expect((await findings(repo)).found).toMatchObject([
      { state: 'warn', message: expect.stringContaining('old.pt') },
    ])
  })

  test('closes a run whose process is gone', async () => {
    const { alice } = await teams()
    await alice.exec('sh', ['-c', `git model run -n lost -- sh -c 'kill -9 $PPID; kill -9 $$'`])
    expect((await findings(alice)).found).toMatchObject([
      { state: 'warn', message: '1 run lost every process and was never ended' },
    ])
    expect((await findings(alice, '--fix')).found).toMatchObject([
      { state: 'fixed', message: 'wrote 1 run into git, 1 of them as killed' },
    ])
    expect((await alice.model('runs')).stdout).toContain('killed')
  })

  test('finds a torn journal', async () => {
    const { alice } = await teams()
    await alice.exec('sh', ['-c', `git model run -n lost -- sh -c 'kill -9 $PPID; kill -9 $$'`])
    await alice.exec('sh', [
      '-c',
      'for f in .git/model/journal/*/log.jsonl; do printf \'{"time": 12, "met\' >> "$f"; done',
    ])
    const { found } = await findings(alice)
    expect(found.map(({ message }) => message).join('\n')).toMatch(
      /the journal of run [0-9a-f]{12} has 1 line that a crash or a full disk tore/,
    )
  })

  test('finds and folds what was fetched', async () => {
    const { alice, bob } = await teams()
    await bob.model('run', '-n', 'theirs', '--', 'true')
    await bob.model('sync')
    await alice.git('fetch')
    await expectMended(alice, 'warn', /were fetched and are not folded in yet/)
    expect((await alice.model('runs')).stdout).toContain('theirs')
  })

  test('tells a clone that never fetched from one where nothing is recorded', async () => {
    const { alice, bob } = await teams()
    const last = async (repo: TestRepo, ...flags: string[]): Promise<string[]> =>
      (await repo.model('doctor', ...flags)).stdout.trimEnd().split('\n\n')
    await alice.model('sync')
    expect((await last(alice)).at(-1)).toBe('nothing is recorded yet: git model run -- COMMAND')
    await alice.model('run', '-n', 'baseline', '--', 'true')
    await alice.model('sync')
    const [checks, never] = await last(bob)
    expect(checks).toContain('ok     notes: no runs and no cards here, and none were ever fetched')
    expect(never).toMatch(/^no runs and no cards here, and none were ever fetched: git model sync; /)
    const [, fetched] = await last(bob, '--remote')
    expect(fetched).toBe('what was fetched is not folded in yet: git model doctor --fix')
    expect((await last(bob, '--fix')).at(-1)).toMatch(/^everything recorded is on origin too/)
    const { records } = JSON.parse((await bob.model('doctor', '--json')).stdout) as { records: unknown }
    expect(records).toMatchObject({ unfetched: false, waiting: false })
  })

  test('says how many runs are unpushed, and pins their files again', async () => {
    const { alice } = await teams()
    await alice.model('run', '--output', 'out.pt', '--', 'sh', '-c', 'echo weights > out.pt')
    expect((await alice.model('doctor')).stdout).toContain(
      '1 run and 1 file in this clone alone: git model sync origin',
    )
    rmSync(alice.path('.git/model/pins'), { recursive: true })
    await expectMended(alice, 'warn', /1 file of unpushed runs could be deleted by git lfs prune/)
    await alice.git('lfs', 'prune', '--force')
    expect((await findings(alice)).found).toEqual([])
  })

  test('knows that the files of a pushed run are on the remote, whatever was said of it since', async () => {
    const { alice } = await teams()
    await alice.model('run', '-n', 'base', '--output', 'out.pt', '--', 'sh', '-c', 'echo weights > out.pt')
    await alice.model('sync')
    await alice.model('log', '--run', 'base', 'acc=0.9')
    const { stdout } = await alice.model('doctor')
    expect(stdout).not.toContain('git lfs prune')
    expect(stdout).toContain('\n1 run in this clone alone: git model sync origin\n')
  })

  test('tells where everything is that was recorded', async () => {
    const { alice, bob } = await teams()
    await bob.model('run', '-n', 'theirs', '--output', 'b.pt', '--', 'sh', '-c', 'echo b > b.pt')
    await bob.model('sync')
    await alice.model('sync')
    await alice.model('run', '-n', 'mine', '--output', 'a.pt', '--', 'sh', '-c', 'echo a > a.pt')
    await alice.model('run', '-n', 'nothing', '--', 'true')
    const located = async (repo: TestRepo): Promise<string> =>
      (await repo.model('doctor')).stdout.split('\n\n').slice(1).join('\n\n')
    expect(await located(alice)).toMatchInlineSnapshot(`
      "recorded  here  on origin
      3 runs       3          1
      2 files      1          1

      2 runs and 1 file in this clone alone: git model sync origin
      "
    `)
    await alice.model('sync')
    expect(await located(alice)).toMatchInlineSnapshot(`
      "recorded  here  on origin
      3 runs       3          3
      2 files      1          2

      everything recorded is on origin too, as far as this clone knows
      "
    `)
    rmSync(alice.path('.git/lfs/objects'), { recursive: true })
    await alice.git('remote', 'remove', 'origin')
    expect(await located(alice)).toMatchInlineSnapshot(`
      "recorded  here
      3 runs       3
      2 files      0

      2 files: not here, and there is no remote to ask: git remote add origin URL && git model sync
      "
    `)
  })

  test('does not take what another address had for what the remote has', async () => {
    const { alice } = await teams()
    await alice.model('run', '-n', 'base', '--', 'true')
    await alice.model('sync')
    const other = path.join(temporaryFolder(), 'other.git')
    await alice.git('init', '--quiet', '--bare', other)
    await alice.git('remote', 'set-url', 'origin', other)
    for (const flags of [[], ['--remote'], []]) {
      const { stdout } = await alice.model('doctor', ...flags)
      expect(stdout).toContain('1 run in this clone alone: git model sync origin')
    }
  })

  test('takes away the locks that killed processes left, and no others', async () => {
    const { alice } = await teams()
    await alice.model('run', '-n', 'base', '--', 'true')
    await alice.git('pack-refs', '--all')
    const old = new Date(Date.now() - 20_000)
    const ofGit = ['packed-refs.new', 'packed-refs.lock', 'config.lock', 'refs/notes/model/runs.lock']
    const left = [...ofGit, 'model/fold.lock']
    mkdirSync(alice.path('.git/refs/notes/model'), { recursive: true })
    for (const name of left) {
      writeFileSync(alice.path(`.git/${name}`), name.startsWith('model/') ? '999999999' : '')
      utimesSync(alice.path(`.git/${name}`), old, old)
    }
    writeFileSync(alice.path('.git/model/sync.lock'), String(process.pid))
    const { found } = await findings(alice)
    expect(found).toMatchObject([{ check: 'locks', state: 'warn', hints: ['git model doctor --fix'] }])
    await findings(alice, '--fix')
    expect(left.filter((name) => existsSync(alice.path(`.git/${name}`)))).toEqual([])
    expect(existsSync(alice.path('.git/model/sync.lock'))).toBe(true)
    await alice.git('pack-refs', '--all')
  })

  test('finds notes that cannot be read', async () => {
    const { alice } = await teams()
    await alice.git('notes', '--ref=model/runs', 'add', '-m', 'not: [a record', 'HEAD')
    const { exitCode, found } = await findings(alice)
    expect(exitCode).toBe(0)
    expect(found).toMatchObject([
      { state: 'warn', check: 'notes', message: expect.stringContaining('a run note cannot be read') },
    ])
  })

  test('deletes what processes left behind', async () => {
    const { alice } = await teams()
    const folder = alice.path('.git/model/tmp')
    mkdirSync(`${folder}/import-1-aaaa`, { recursive: true })
    writeFileSync(`${folder}/index-999999999-bbbb`, '')
    writeFileSync(`${folder}/index-1-cccc`, '')
    utimesSync(`${folder}/import-1-aaaa`, 0, 0)
    await expectMended(alice, 'warn', /2 temporary files/)
    expect(existsSync(`${folder}/index-1-cccc`)).toBe(true)
  })

  test('warns of a shallow clone', async () => {
    const { origin } = await teams()
    const shallow = await clone(`file://${origin}`, '--depth=1')
    await shallow.model('init')
    expect((await findings(shallow)).found).toMatchObject([
      { state: 'warn', message: expect.stringContaining('shallow clone') },
    ])
  })

  test('asks the remote when it is told to', async () => {
    const { origin, alice } = await teams()
    expect((await findings(alice, '--remote')).found).toEqual([])
    rmSync(origin, { recursive: true })
    expect((await findings(alice)).found).toEqual([])
    expect((await findings(alice, '--remote')).found).toMatchObject([
      { state: 'error', check: 'remote', message: expect.stringContaining('cannot fetch from "origin"') },
    ])
  })
})
