import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { gitdir, openTestRepo, temporaryFolder, type TestRepo } from '../support/repo.ts'

async function expectError(repo: TestRepo, args: string[], message: string, exitCode = 1): Promise<void> {
  const ran = await repo.model(...args)
  expect(ran.stderr).toContain(`error: ${message}`)
  expect(ran.stderr).toContain('hint: ')
  expect(ran.exitCode).toBe(exitCode)
  const json = await repo.model(...args, '--json')
  expect(JSON.parse(json.stderr.trim().split('\n').at(-1)!)).toMatchObject({
    schema: 'error/v1',
    message: expect.stringContaining(message),
  })
}

async function withRun(files?: Record<string, string>): Promise<{ repo: TestRepo; run: string }> {
  const repo = await gitdir(files)
  await repo.model('run', '-n', 'base', '--', 'sh', '-c', 'git model log acc=0.5')
  const run = (await repo.git('notes', '--ref=model/runs', 'list')).split(' ')[1]!
  return { repo, run }
}

describe('bad input', () => {
  it('outside a repository, in a bare one, without a commit', async () => {
    const folder = openTestRepo(temporaryFolder())
    await expectError(folder, ['runs'], `"${folder.dir}" is not in a git repository`)
    await execa('git', ['init', '--quiet', '--bare', folder.dir])
    await expectError(folder, ['runs'], 'this is a bare repository')
    const unborn = await gitdir({})
    expect((await unborn.model('runs')).exitCode).toBe(0)
    await expectError(unborn, ['diff'], 'this branch has no commit yet')
  })

  it('in a folder that is gone', async () => {
    const repo = await gitdir()
    const inGone = (command: string) =>
      repo.exec('sh', ['-c', `mkdir gone && cd gone && rmdir ../gone && exec git-model ${command}`])
    for (const command of ['runs', 'run -- true']) {
      const ran = await inGone(command)
      expect(ran.exitCode, command).toBe(1)
      expect(ran.stderr, command).toMatch(/^error: the folder that you stand in is gone\nhint: /)
    }
    expect((await inGone('runs -h')).exitCode).toBe(0)
  })

  it('a detached HEAD is no obstacle', async () => {
    const repo = await gitdir()
    await repo.git('switch', '--quiet', '--detach')
    expect((await repo.model('run', '-n', 'detached', '--', 'true')).exitCode).toBe(0)
    expect((await repo.model('show', 'detached')).stdout).toContain('detached')
  })

  it('a malformed .gitmodel.yaml names line and column', async () => {
    const repo = await gitdir({
      '.gitmodel.yaml': 'models:\n  digits: {path: a}\nmetrics:\n  acc: {goal: up}\n',
    })
    await expectError(repo, ['card', 'check'], '.gitmodel.yaml, line 4, column')
    await repo.write('.gitmodel.yaml', 'models: [\n')
    // Listing needs no rules, and says that they are wrong.
    const listed = await repo.model('runs')
    expect(listed.exitCode, listed.stderr).toBe(0)
    expect(listed.stderr).toContain('.gitmodel.yaml, line')
    const run = await repo.model('run', '--', 'true')
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain('.gitmodel.yaml, line')
  })

  it('malformed, foreign and newer notes are carried, reported and never crash a reader', async () => {
    const { repo, run } = await withRun()
    const base = await repo.git('rev-parse', 'HEAD')
    const other = await repo.git('rev-parse', 'HEAD^{tree}')
    await repo.write('newer.yaml', `---\nschema: run/v9\nrun: ${base}\nnovel: true\n`)
    await repo.git('notes', '--ref=model/runs', 'add', '-F', repo.path('newer.yaml'), base)
    await repo.git('notes', '--ref=model/runs', 'add', '-m', '---\nschema: [broken', other)
    const listed = await repo.model('runs')
    expect(listed.exitCode, listed.stderr).toBe(0)
    expect(listed.stdout).toContain('base')
    await repo.model('log', '--run', run, 'late=1')
    expect(await repo.git('notes', '--ref=model/runs', 'show', base)).toContain('novel: true')
    expect(await repo.git('notes', '--ref=model/runs', 'show', other)).toContain('[broken')
    const doctor = await repo.model('doctor')
    expect(doctor.stdout).toMatch(/notes/)

    const short = base.slice(0, 12)
    for (const args of [
      ['show', base],
      ['show', short.slice(0, 6)],
      ['log', '--run', short, 'a=1'],
    ]) {
      await expectError(
        repo,
        args,
        `the note of run ${short} cannot be read, line 2, column 9: a run/v9 document, which is newer than this git-model`,
      )
    }
    await expectError(
      repo,
      ['compare', run, other.slice(0, 12)],
      `the note of run ${other.slice(0, 12)} cannot be read, line `,
    )
    await repo.git('notes', '--ref=model/runs', 'append', '-m', '---\nschema: run/v9\nnovel: true', run)
    const shown = await repo.model('show', run)
    expect(shown.stdout).toContain('a run/v9 document, which is newer than this git-model')
    expect(JSON.parse((await repo.model('show', run, '--json')).stdout)).toHaveProperty('problems')
  })

  it('an unknown and an ambiguous run', async () => {
    const { repo } = await withRun()
    await expectError(repo, ['show', 'nothing'], 'there is no run, model, commit or file "nothing"')
    await expectError(repo, ['checkout', 'nothing'], 'there is no run, commit, branch or tag "nothing"')
    await repo.model('run', '-n', 'base', '--', 'true')
    await expectError(repo, ['checkout', 'base'], '"base" fits 2 runs')
  })

  it('a missing git-lfs', async () => {
    const { repo } = await withRun()
    const bin = temporaryFolder()
    const git = (await execa('which', ['git'])).stdout
    await execa('ln', ['-s', git, `${bin}/git`])
    const ran = await repo.modelIn('.', ['init'], {
      env: { PATH: bin, GIT_EXEC_PATH: (await execa('git', ['--exec-path'])).stdout },
    })
    expect(ran.stderr).toMatch(/git-lfs/)
    expect(ran.stderr).toContain('hint: ')
  })

  it('a checkout that would overwrite uncommitted changes', async () => {
    const repo = await gitdir({ 'a.txt': 'a' })
    await repo.model('run', '-n', 'base', '--output', 'w.bin', '--', 'sh', '-c', 'printf one > w.bin')
    await repo.write('w.bin', 'something else')
    await expectError(repo, ['checkout', 'base'], 'uncommitted changes would be overwritten: w.bin')
    expect(await repo.read('w.bin')).toBe('something else')
    await repo.write('w.bin', 'one')
    expect((await repo.model('checkout', 'base')).exitCode).toBe(0)
    await expectError(repo, ['checkout', 'base', 'nothing'], 'run base has no model or file "nothing"')
  })

  it('a checkout over weights that a run has, or that were deleted, loses nothing and goes on', async () => {
    const repo = await gitdir({ 'a.txt': 'a' })
    for (const name of ['one', 'two']) {
      await repo.model('run', '-n', name, '--output', 'w.bin', '--', 'sh', '-c', `printf ${name} > w.bin`)
    }
    expect((await repo.model('checkout', 'one')).exitCode).toBe(0)
    expect(await repo.read('w.bin')).toBe('one')
    await repo.git('add', '-f', 'w.bin')
    await repo.git('commit', '--quiet', '-m', 'weights')
    await repo.exec('rm', ['w.bin'])
    expect((await repo.model('checkout', 'two')).exitCode).toBe(0)
    expect(await repo.read('w.bin')).toBe('two')
  })

  it('a checkout after a checkout: a run has what stands there', async () => {
    const repo = await gitdir({ 'w.bin': 'committed' })
    for (const name of ['one', 'two'])
      await repo.model('run', '-n', name, '--output', 'w.bin', '--', 'sh', '-c', `printf ${name} > w.bin`)
    for (const name of ['one', 'two', 'one']) {
      expect(await repo.model('checkout', name)).toMatchObject({ exitCode: 0 })
      expect(await repo.read('w.bin')).toBe(name)
    }
    await repo.write('w.bin', 'by hand')
    await expectError(repo, ['checkout', 'two'], 'uncommitted changes would be overwritten: w.bin')
  })

  it('a checkout that would overwrite what git ignores, unless a run has it', async () => {
    const repo = await gitdir({ '.gitignore': '/models/' })
    const train = (name: string) => `mkdir -p models && printf ${name} > models/w.bin`
    for (const name of ['base', 'wider'])
      await repo.model('run', '-n', name, '--output', 'models/w.bin', '--', 'sh', '-c', train(name))
    expect((await repo.model('checkout', 'base')).exitCode).toBe(0)
    expect(await repo.read('models/w.bin')).toBe('base')
    // A record that names what stands here is no proof that somebody has it.
    const away = repo.path('.git/away')
    await repo.exec('sh', ['-c', `mkdir '${away}' && mv .git/lfs/objects .git/model/pins '${away}'`])
    await expectError(repo, ['checkout', 'wider'], 'uncommitted changes would be overwritten: models/w.bin')
    await repo.exec('sh', [
      '-c',
      `rm -rf .git/lfs/objects .git/model/pins; mv '${away}'/objects .git/lfs/; mv '${away}'/pins .git/model/`,
    ])
    await repo.write('models/w.bin', 'something else')
    await expectError(repo, ['checkout', 'wider'], 'uncommitted changes would be overwritten: models/w.bin')
    expect(await repo.read('models/w.bin')).toBe('something else')
  })

  it('a record whose output would be written elsewhere', async () => {
    const { repo, run } = await withRun()
    const text = await repo.git('notes', '--ref=model/runs', 'show', run)
    const outputs = `outputs:\n  commit: ${run}\n  files:\n    - {path: ../escaped.bin, oid: "sha256:${'0'.repeat(64)}", size: 0}\n`
    await repo.write('note.yaml', text.replace('environment:', `${outputs}environment:`) + '\n')
    await repo.git('notes', '--ref=model/runs', 'add', '--force', '-F', repo.path('note.yaml'), run)
    const ran = await repo.model('checkout', run.slice(0, 12))
    expect(ran.exitCode).toBe(1)
    expect(await repo.exec('ls', ['..'])).toMatchObject({ stdout: 'repo\n' })
  })
})

describe('git model checkout', () => {
  it('restores the weights and the code of a run, and leaves HEAD and the index', async () => {
    const repo = await gitdir({ 'train.sh': 'one' })
    await repo.model('run', '-n', 'one', '--output', 'w.bin', '--', 'sh', '-c', 'printf one > w.bin')
    await repo.commit({ 'train.sh': 'two' })
    await repo.model('run', '-n', 'two', '--output', 'w.bin', '--', 'sh', '-c', 'printf two > w.bin')
    const head = await repo.git('rev-parse', 'HEAD')
    await repo.write('train.sh', 'not committed')
    expect((await repo.model('checkout', 'one', '--code')).stderr).toMatch(
      /uncommitted changes would be overwritten/,
    )
    await repo.git('restore', '.')
    const ran = await repo.model('checkout', 'one', '--code')
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(await repo.read('train.sh')).toBe('one')
    expect(await repo.read('w.bin')).toBe('one')
    expect(await repo.git('rev-parse', 'HEAD')).toBe(head)
    expect(await repo.git('diff', '--cached', '--name-only')).toBe('')
  })
})

describe('signals', () => {
  it('SIGTERM to git model run reaches the command, and the run is closed as killed', async () => {
    const repo = await gitdir()
    const code =
      "process.on('SIGTERM', () => process.exit(0)); console.log('up'); setInterval(() => {}, 1000)"
    const script = `git-model run -n stopped -- "${process.execPath}" -e "${code}" >out & wrapper=$!; until grep -q up out; do sleep 0.1; done; kill -TERM $wrapper; wait $wrapper; echo "exit $?"`
    const ran = await repo.exec('sh', ['-c', script])
    expect(ran.stdout).toContain('exit 0')
    const shown = await repo.model('runs', '--json')
    expect((JSON.parse(shown.stdout) as { runs: { name: string }[] }).runs).toMatchObject([
      { name: 'stopped' },
    ])
  })
})
