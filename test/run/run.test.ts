import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

/** Reads the record of a run with git alone. */
async function record(repo: TestRepo, run: string): Promise<Record<string, any>> {
  return parse(await repo.git('notes', '--ref=model/runs', 'show', run)) as Record<string, any>
}

async function newestRun(repo: TestRepo): Promise<string> {
  const list = await repo.git('notes', '--ref=model/runs', 'list')
  const runs = await Promise.all(
    list
      .split('\n')
      .map(async (line) => ({ run: line.split(' ')[1]!, record: await record(repo, line.split(' ')[1]!) })),
  )
  return runs.sort((a, b) => (a.record['started'] < b.record['started'] ? 1 : -1))[0]!.run
}

describe('git model run', () => {
  it('records a command as a commit with a note, and touches neither branch, index nor work tree', async () => {
    const repo = await gitdir({ 'train.py': 'print(1)\n', 'old.txt': 'old' })
    await repo.write('train.py', 'print(2)\n')
    await repo.write('new file.txt', 'ünïcode')
    await repo.write('staged.txt', 'staged')
    await repo.git('add', 'staged.txt')
    await repo.git('rm', '--quiet', '--cached', 'old.txt')
    const before = await repo.git('status', '--porcelain')
    const index = await repo.git('ls-files', '--stage')

    const ran = await repo.model(
      'run',
      '-n',
      'base',
      '-e',
      'digits',
      '-p',
      'lr=3e-4',
      '-t',
      'pick=true',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2',
    )

    expect(ran).toMatchObject({ exitCode: 0, stdout: 'out\n' })
    expect(ran.stderr).toMatch(/^run [0-9a-f]{12} base started\nerr\nrun [0-9a-f]{12} base finished in /)
    expect(await repo.git('status', '--porcelain')).toBe(before)
    expect(await repo.git('ls-files', '--stage')).toBe(index)
    const run = await newestRun(repo)
    expect(await repo.git('rev-parse', `${run}^`)).toBe(await repo.git('rev-parse', 'main'))
    expect(await repo.git('show', `${run}:train.py`)).toBe('print(2)')
    expect(await repo.git('show', `${run}:new file.txt`)).toBe('ünïcode')
    expect(await repo.git('show', `${run}:staged.txt`)).toBe('staged')
    expect(await record(repo, run)).toMatchObject({
      schema: 'run/v1',
      run,
      name: 'base',
      experiment: 'digits',
      status: 'finished',
      author: 'Ada <ada@example.org>',
      command: ['sh', '-c', 'echo out; echo err >&2'],
      params: { lr: 0.0003 },
      tags: { pick: true },
      code: { branch: 'main', dirty: true },
      exit: { code: 0 },
      revision: 1,
    })
    expect(await repo.git('fsck', '--full', '--strict', '--no-dangling')).toBe('')
  })

  it('passes standard input, the exit code and signals through', async () => {
    const repo = await gitdir()
    const echoed = await repo.modelIn('.', ['run', '--', 'cat'], { input: 'typed' })
    expect(echoed.stdout).toBe('typed')
    expect((await repo.model('run', '--', 'sh', '-c', 'exit 7')).exitCode).toBe(7)
    expect(await record(repo, await newestRun(repo))).toMatchObject({ status: 'failed', exit: { code: 7 } })
    expect((await repo.model('run', '--', 'sh', '-c', 'kill -9 $$')).exitCode).toBe(137)
    expect(await record(repo, await newestRun(repo))).toMatchObject({
      status: 'killed',
      exit: { signal: 'SIGKILL' },
    })
    const missing = await repo.model('run', '--', 'no-such-program')
    expect(missing.exitCode).toBe(127)
    expect(missing.stderr).toContain('the command "no-such-program" was not found')
  })

  it('keeps what the command logs, with NaN and infinities, in order', async () => {
    const repo = await gitdir()
    const script = [
      'git model log loss=0.9 --step 1',
      'git model log loss=nan val/acc=inf --step 2',
      'git model log loss=0.5 --step 3 -p optimizer=adam -t stage=warm',
      'git model log loss=0.7 --step 0',
    ].join(' && ')
    const ran = await repo.model('run', '--', 'sh', '-c', script)
    expect(ran.exitCode).toBe(0)
    const run = await newestRun(repo)
    expect(await record(repo, run)).toMatchObject({
      params: { optimizer: 'adam' },
      tags: { stage: 'warm' },
      metrics: {
        loss: { last: 0.5, step: 3, min: 0.5, max: 0.9, count: 4 },
        'val/acc': { last: 'Infinity', count: 1 },
      },
    })
    const series = parse(await repo.git('notes', '--ref=model/series', 'show', run)) as Record<string, any>
    expect(series['metrics'].loss).toMatchObject({ step: [0, 1, 2, 3], value: [0.7, 0.9, 'NaN', 0.5] })
  })

  it('keeps output files as LFS pointers at their own paths, and artifacts below .model/artifacts', async () => {
    const repo = await gitdir()
    const script =
      'mkdir -p "my models" plots && printf weights > "my models/ü.safetensors" && printf png > plots/a.png && git model log --artifact plots/a.png'
    const ran = await repo.model('run', '--output', 'my models/*.safetensors', '--', 'sh', '-c', script)
    expect(ran.exitCode, ran.stderr).toBe(0)
    const { outputs } = await record(repo, await newestRun(repo))
    const files = await repo.git('ls-tree', '-r', '-z', '--name-only', outputs.commit)
    expect(files.split('\0')).toEqual(
      expect.arrayContaining(['.model/artifacts/plots/a.png', 'my models/ü.safetensors']),
    )
    const pointer = await repo.git('show', `${outputs.commit}:my models/ü.safetensors`)
    expect(pointer).toMatch(
      /^version https:\/\/git-lfs.github.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize 7$/,
    )
    expect(await repo.git('lfs', 'ls-files', '--name-only', outputs.commit)).toContain('plots/a.png')
  })

  it('says which model of .gitmodel.yaml was written and is not kept, with the command that keeps it', async () => {
    const repo = await gitdir({
      '.gitmodel.yaml': 'models: {one: {path: one.pt}, parts: {path: parts}, still: {path: still.pt}}\n',
      'parts/a.pt': 'a',
      'still.pt': 'still',
    })
    await repo.exec('mkdir', ['below'])
    const script = 'echo 1 >../one.pt && echo b >../parts/b.pt && cat ../still.pt'
    const ran = await repo.modelIn('below', ['run', '--', 'sh', '-c', script])
    expect(ran.stderr).toContain(
      'warning: ../one.pt, ../parts were written, and the run does not keep them\n' +
        `hint: git model log --run ${(await newestRun(repo)).slice(0, 12)} --output ../one.pt --output ../parts   (next time: git model run --output)`,
    )
    const hint = /^hint: (.*?) {3}/m.exec(ran.stderr)![1]!
    const typed = await repo.exec('sh', ['-c', hint], { cwd: repo.path('below') })
    expect(typed).toMatchObject({ exitCode: 0 })
    const { outputs } = await record(repo, await newestRun(repo))
    expect(outputs.files.map((file: { path: string }) => file.path).sort()).toEqual([
      'one.pt',
      'parts/a.pt',
      'parts/b.pt',
    ])
    const kept = await repo.modelIn('below', [
      'run',
      '--output',
      '../one.pt',
      '--',
      'sh',
      '-c',
      'echo 2 >../one.pt',
    ])
    expect(kept.stderr).not.toContain('warning')
  })

  it.runIf(process.platform === 'linux').each(['out/*.bin', 'out'])(
    'keeps the run and the other outputs of %s where one has a name that is not UTF-8',
    async (pattern) => {
      const repo = await gitdir()
      const script = `mkdir out; echo 1 >out/good.bin; echo 2 >"out/$(printf 'f\\377').bin"`
      const ran = await repo.model('run', '-n', 'odd', '--output', pattern, '--', 'sh', '-c', script)
      expect(ran).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('its name is not UTF-8') })
      expect(ran.stderr).not.toContain('link')
      const { status, outputs } = await record(repo, await newestRun(repo))
      expect(status).toBe('finished')
      expect(outputs.files).toMatchObject([{ path: 'out/good.bin' }])
    },
  )

  it('says which output was not written, and keeps the run', async () => {
    const repo = await gitdir()
    const ran = await repo.model('run', '--output', 'nowhere.bin', '--', 'true')
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('"nowhere.bin" was not written')
    expect(await record(repo, await newestRun(repo))).toMatchObject({ status: 'finished' })
  })

  it('works in a sub-folder and in a linked work tree', async () => {
    const repo = await gitdir({ 'sub dir/a.txt': 'a' })
    const inFolder = await repo.modelIn('sub dir', ['run', '-n', 'below', '--', 'sh', '-c', 'pwd'])
    expect(inFolder.stdout.trim()).toBe(repo.path('sub dir'))
    await repo.git('worktree', 'add', '--quiet', '-b', 'other', '../linked')
    const linked = await repo.modelIn('../linked', [
      'run',
      '-n',
      'linked',
      '--',
      'sh',
      '-c',
      'git model log x=1',
    ])
    expect(linked.exitCode, linked.stderr).toBe(0)
    expect(await record(repo, await newestRun(repo))).toMatchObject({
      name: 'linked',
      code: { branch: 'other' },
    })
  })

  it('leaves large, binary and secret-looking untracked files out and names them', async () => {
    const repo = await gitdir({ '.gitignore': 'ignored.txt\n' })
    await repo.write('ignored.txt', 'x')
    await repo.write('big.csv', 'x'.repeat(1_100_000))
    await repo.write('data.npy', new Uint8Array([0, 1, 2]))
    await repo.write('.env', 'API_KEY=abcdefgh12345678\n')
    await repo.write('note.txt', 'small')
    const ran = await repo.model('run', '--', 'true')
    expect(ran.stderr).toContain('not in the snapshot: big.csv (over 1 MB)')
    const run = await newestRun(repo)
    const { code } = await record(repo, run)
    const reasons = Object.fromEntries(code.skipped.map(({ path, reason }: any) => [path, reason]))
    expect(reasons).toMatchObject({ 'big.csv': 'size', 'data.npy': 'binary', '.env': 'secret' })
    expect(await repo.git('ls-tree', '-r', '--name-only', run)).toBe('.gitignore\nnote.txt')
  })

  it('never gives two runs of one second one id', async () => {
    const repo = await gitdir()
    await Promise.all([1, 2, 3].map(() => repo.model('run', '-n', 'same', '--', 'true')))
    expect((await repo.git('notes', '--ref=model/runs', 'list')).split('\n')).toHaveLength(3)
  })

  it('closes a run whose process was killed, with all that it logged', async () => {
    const repo = await gitdir()
    const script = 'git model log acc=0.5 --step 1; kill -9 $PPID; sleep 0.1'
    await repo.model('run', '-n', 'victim', '--', 'sh', '-c', script)
    const after = await repo.model('run', '-n', 'next', '--', 'sh', '-c', 'sleep 0.3')
    expect(after.exitCode).toBe(0)
    const notes = await repo.git('log', '--notes=model/runs', '--all', '--format=%N')
    expect(notes).toMatch(/name: victim\nkind: training\nstatus: killed/)
    expect(notes).toContain('acc: {last: 0.5')
  })

  it.each([
    [['run', '--', 'true'], {}, 'this branch has no commit yet'],
    [['log', 'a=1'], { 'a.txt': '' }, 'no run is active here'],
    [['log', '--run', 'nothing', 'a=1'], { 'a.txt': '' }, 'there is no run "nothing"'],
    [['log', '--run', 'x', 'a=b'], { 'a.txt': '' }, 'the value of "a" is no number: "b"'],
    [['log', '--run', 'x', 'acc'], { 'a.txt': '' }, '"acc" is not of the form name=number'],
    [['log', '--run', 'x', 'a\nb=1'], { 'a.txt': '' }, '"a\\nb" is no name for a metric'],
    [['run', '-p', 'a\nb=1', '--', 'true'], { 'a.txt': '' }, '"a\\nb" is no name for a param or tag'],
    [['run', '-p', 'lr', '--', 'true'], { 'a.txt': '' }, '"lr" is not of the form key=value'],
  ])('%j says what is wrong and what to type', async (args, files, message) => {
    const repo = await gitdir(files)
    const ran = await repo.model(...args)
    expect(ran.exitCode).toBeGreaterThan(0)
    expect(ran.stderr).toContain(`error: ${message}`)
    expect(ran.stderr).toContain('hint: ')
  })
})

describe('git model log', () => {
  it('says outside any repository that this is none, unless a run is active', async () => {
    const [repo, outside] = [await gitdir(), temporaryFolder()]
    const ran = await repo.exec('git', ['model', 'log', 'a=1'], { cwd: outside })
    expect(ran).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('not in a git repository') })
    const inside = await repo.model('run', '--', 'sh', '-c', `cd ${outside} && git model log a=1`)
    expect(inside).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('a 1') })
  })

  it('warns once of a step that became a metric, with the flag', async () => {
    const warning = (run: string, step: number): string =>
      `warning: "step" was logged as a metric; the step of a metric is a flag\nhint: git model log ${run}acc=0.9 --step ${step}\n`
    const repo = await gitdir()
    const log = 'git model log step=3 acc=0.9; git model log step=4 acc=0.95'
    const ran = await repo.model('run', '-n', 'stepless', '--', 'sh', '-c', log)
    expect(ran.stderr.split(warning('', 3))).toHaveLength(2)
    expect(ran.stderr.match(/warning/g)).toHaveLength(1)
    expect((await repo.model('log', '--run', 'stepless', 'step=5', 'acc=0.9')).stderr).not.toContain(
      'warning',
    )
    const sure = ['step=1 acc=1 --step 1', 'step=0.5'].map((args) => `git model log ${args}`).join('; ')
    expect((await repo.model('run', '-n', 'sure', '--', 'sh', '-c', sure)).stderr).not.toContain('warning')
    await repo.model('run', '-n', 'later', '--', 'true')
    const later = await repo.model('log', '--run', 'later', 'step=2', 'acc=0.9', '--json')
    expect(later.stderr).toBe(warning('--run later ', 2))
    expect(Object.keys(JSON.parse(later.stdout))).toEqual(['schema', 'run', 'live', 'masked', 'leftOut'])
    const { metrics } = JSON.parse((await repo.model('show', 'stepless', '--json')).stdout).run
    expect(metrics).toMatchObject({ step: { last: 5 }, acc: { count: 3 } })
  })
})

describe('git model log --run', () => {
  it('adds to a run that has ended, as a new revision', async () => {
    const repo = await gitdir()
    await repo.model('run', '-n', 'base', '--', 'true')
    const run = await newestRun(repo)
    expect(
      (await repo.model('log', '--run', 'base', 'test/acc=0.93', '-t', 'pick=true', '--note', 'good'))
        .exitCode,
    ).toBe(0)
    expect((await repo.model('log', '--run', run.slice(0, 7), '-t', 'pick=')).exitCode).toBe(0)
    const edited = await record(repo, run)
    expect(edited).toMatchObject({
      revision: 3,
      notes: 'good',
      metrics: { 'test/acc': { last: 0.93 } },
      edits: { 'tags/pick': 3 },
    })
    expect(edited['tags']).toBeUndefined()
  })
})
