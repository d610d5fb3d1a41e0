import { beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { editRun } from '../../src/store/edit-run.ts'
import { findRun } from '../../src/store/runs.ts'
import { clone, gitdir, type TestRepo } from '../support/repo.ts'

const CONFIG = `models:
  digits: {path: models/digits.bin, card: warn}
metrics:
  val/acc: {goal: max, primary: true}
  val/loss: {goal: min}
`
const ESCAPE = '\u001b[31mred'

let repo: TestRepo
let empty: TestRepo

async function train(
  name: string,
  lr: string,
  accuracies: readonly string[],
  ...options: string[]
): Promise<void> {
  const log = accuracies.map((acc, step) => `git model log val/acc=${acc} --step ${step}`).join(' && ')
  const script = `${log} && mkdir -p models && printf 'weights of ${name}' > models/digits.bin`
  const ran = await repo.model('run', '-n', name, '-p', `lr=${lr}`, ...options, '--', 'sh', '-c', script)
  expect(ran).toMatchObject({ exitCode: 0 })
}

beforeAll(async () => {
  empty = await gitdir()
  repo = await gitdir({
    '.gitattributes': 'models/** filter=lfs diff=lfs merge=lfs -text\n',
    '.gitmodel.yaml': CONFIG,
    'train.py': 'print(1)\n',
  })
  await train('slow', '0.001', ['0.1', '0.2', '0.5'], '-p', `text=${ESCAPE}`, '--output', 'models/digits.bin')
  await train('fast', '0.1', ['0.5', 'nan', '0.9', '0.8'], '-t', 'pick=true', '-p', 'text=')
  await repo.model('run', '-n', 'broken', '--', 'sh', '-c', 'exit 3')
})

async function runs(...args: string[]): Promise<string> {
  const ran = await repo.model('runs', ...args)
  expect(ran).toMatchObject({ exitCode: 0 })
  return ran.stdout
}

describe('git model runs', () => {
  it('says what to type when there is none', async () => {
    expect(await empty.model('runs')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'no runs yet\nhint: git model run -- python train.py   records one\n',
    })
    expect((await empty.model('runs', '--format', 'csv')).stdout).toMatch(/^run_id,run_name,status,.*\r\n$/)
    expect(JSON.parse((await empty.model('runs', '--json')).stdout)).toEqual({
      schema: 'runs-list/v1',
      runs: [],
      total: 0,
      deleted: 0,
      unreadable: [],
    })
  })

  it('tells a clone that never fetched from one that has none', async () => {
    const other = await clone(repo.dir)
    expect((await other.model('runs')).stderr).toMatch(
      /^no runs here, and none were ever fetched\nhint: git model sync/,
    )
    expect((await other.model('show')).stdout).toMatch(
      /not fetched: no runs ever were in this clone: git model sync/,
    )
    for (const args of [
      ['show', 'fast'],
      ['checkout', 'fast'],
      ['diff', 'fast', 'HEAD'],
      ['compare', 'fast', 'slow'],
    ])
      expect((await other.model(...args)).stderr).toMatch(
        /^error: there is no .*"fast"\nhint: git model sync {3}\(no runs were ever fetched\)\n(?!.*model sync)/,
      )
  })

  it('chooses the columns that tell the runs apart, the newest first', async () => {
    const [head, ...rows] = (await runs()).trimEnd().split('\n')
    expect(head).toMatch(/^run +name +status +started +duration +commit +val\/acc +lr +text$/)
    expect(rows.map((row) => row.split(/ +/)[1])).toEqual(['broken', 'fast', 'slow'])
    expect(rows[2]).toMatch(/0\.5 +0\.001 +\\x1b\[31mred$/)
  })

  it('filters, sorts by goal, limits and picks columns', async () => {
    const columns = ['--columns', 'name,status,metrics.val/acc,params.lr']
    expect(await runs(...columns, '--sort', 'metrics.val/acc')).toMatchInlineSnapshot(`
      "name    status    val/acc     lr
      fast ★  finished      0.8  0.1
      slow    finished      0.5  0.001
      broken  failed          –      –
      "
    `)
    expect(await runs(...columns, '--sort', 'metrics.val/acc ASC', '--limit', '1')).toMatch(/^slow/m)
    expect(await runs(...columns, '--filter', "metrics.val/acc > 0.5 and params.lr = '0.1'")).not.toMatch(
      /slow/,
    )
    expect(await runs(...columns, '--filter', "status = 'FAILED'", '--format', 'md')).toMatchInlineSnapshot(`
      "| name   | status | val/acc | lr  |
      | ------ | ------ | ------: | --- |
      | broken | failed |       – | –   |
      "
    `)
  })

  it.each([
    [['--sort', 'metrics.nosuch'], 'no run has metrics.nosuch'],
    [
      ['--sort', 'metrics.val/acc:desc'],
      'no run has metrics.val/acc:desc; did you mean metrics.val/acc DESC?',
    ],
    [
      ['--sort', 'metrics.vall/acc', '--limit', '1'],
      'no run has metrics.vall/acc; did you mean metrics.val/acc?',
    ],
    [['--filter', 'params.lrr > 0.1'], 'no run has params.lrr; did you mean params.lr?'],
    [['--filter', 'metrics.lr > 0.1 and metrics.lr < 1'], 'no run has metrics.lr; did you mean params.lr?'],
    [['--filter', "tags.`pi\u001bk` = 'x'"], 'no run has tags.`pi\\x1bk`; did you mean tags.pick?'],
  ])('%j says that no run has it', async (args, text) => {
    const { stderr } = await repo.model('runs', '--columns', 'name', ...args)
    expect(stderr.match(/^warning: .*$/gm)).toEqual([`warning: ${text}`])
  })

  it.each([
    ['--sort', 'metrics.val/acc DESC, params.text, -tags.pick, start_time'],
    ['--filter', 'params.nosuch IS NULL and params.lr > 0'],
    ['--filter', "datasets.name = 'x'"],
  ])('%s %s is nothing to warn of', async (...args) => {
    expect((await repo.model('runs', ...args)).stderr).not.toContain('warning')
  })

  it('knows the metrics of runs that go on', async () => {
    const script =
      'git model log only/here=1; git model runs --sort metrics.only/here --filter "metrics.only/her > 0"'
    const ran = await (await gitdir()).model('run', '--', 'sh', '-c', script)
    expect(ran.stderr).toContain('warning: no run has metrics.only/her; did you mean metrics.only/here?\n')
    expect(ran.stderr.match(/warning/g)).toHaveLength(1)
  })

  it('writes CSV with exact values', async () => {
    const columns = 'name,metrics.*,params.lr,params.text,tags.*'
    expect((await runs('--columns', columns, '--format', 'csv')).split('\r\n')).toEqual([
      'run_name,metrics.val/acc,params.lr,params.text,tags.pick',
      'broken,,,,',
      'fast,0.8,0.1,,true',
      'slow,0.5,0.001,\\x1b[31mred,',
      '',
    ])
  })

  it('answers in JSON', async () => {
    const answer = JSON.parse(await runs('--json', '--filter', "name = 'fast'")) as { runs: object[] }
    expect(answer).toMatchObject({ schema: 'runs-list/v1', total: 1, deleted: 0 })
    expect(answer.runs).toMatchObject([
      {
        name: 'fast',
        status: 'finished',
        live: false,
        picked: true,
        started: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        metrics: { 'val/acc': { last: 0.8, max: 0.9, time: expect.stringMatching(/Z$/) as string } },
      },
    ])
  })

  it('lists a run while it runs', async () => {
    const running = repo.model(
      'run',
      '-n',
      'live',
      '--',
      'sh',
      '-c',
      'git model log val/acc=0.3; touch ready; cat wait',
    )
    await repo.exec('sh', ['-c', 'mkfifo wait; until [ -e ready ]; do sleep 0.1; done'])
    expect(await runs('--columns', 'name,status,metrics.val/acc', '--limit', '1')).toMatch(
      /live +running +0\.3/,
    )
    expect((await repo.model('show', 'live')).stdout).toMatch(/status +running\n/)
    await repo.exec('sh', ['-c', ': > wait'])
    expect((await running).exitCode).toBe(0)
  })

  it('hides what was deleted', async () => {
    const store = await openStore({ cwd: repo.dir, env: process.env, now: Date.now })
    const { record } = await findRun(store, 'live')
    await editRun(store, record.run, { deleted: true })
    expect(await runs()).not.toMatch(/live/)
    expect(await runs('--all')).toMatch(/live +finished, deleted/)
    expect(JSON.parse(await runs('--json'))).toMatchObject({ total: 3, deleted: 1 })
  })

  it.each([
    [['--filter', 'status = finished'], "hint: write: status = 'finished'"],
    [['--filter', 'acc > 0.9'], 'hint: for a metric write metrics.acc'],
    [['--sort', 'metrics.acc down'], 'hint: write KEY, KEY DESC or -KEY'],
    [['--columns', 'metrics'], 'hint: write metrics.NAME'],
    [['--limit', '-3'], 'is no number of runs'],
  ])('%j is wrong usage', async (args, hint) => {
    const ran = await repo.model('runs', ...args)
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' })
    expect(ran.stderr).toContain(hint)
  })
})

describe('git model show', () => {
  it('shows a run', async () => {
    const { stdout, exitCode } = await repo.model('show', 'slow')
    expect(exitCode).toBe(0)
    expect(stable(stdout)).toMatchInlineSnapshot(`
      "run <id>
        name      slow
        status    finished, exit code 0
        started   <time>
        duration  <time>
        author    Ada <ada@example.org>
        code      <id> on main
                  first
        command   sh -c 'git model log val/acc=0.1 --step 0 && git model log val/acc=0.2 --step 1 && git model log val/acc=0.5 --step 2 && mkdir -p models && printf '\\''weights of slow'\\'' > models/digits.bin'

      metrics
        metric   last   best  min  max  points  step  history
        val/acc   0.5  0.5 ↑  0.1  0.5       3     2  ▁▃█

      params
        lr    0.001
        text  \\x1b[31mred

      outputs
        file               size  oid                  content
        models/digits.bin  15 B  sha256:<id>  here

      environment
        …

      get it back
        its weights  git model checkout <id>
        its code     git model checkout <id> --code
        its record   git show --notes=model/runs <id>
      "
    `)
    expect((await repo.model('show', 'fast')).stdout).toMatch(
      /val\/acc +0\.8 +0\.9 ↑ +0\.5 +0\.9 +4 +3 +▁·█▇/,
    )
  })

  it('finds a run by its id, its outputs and its name, and says what else the name could mean', async () => {
    const { run, outputs } = (JSON.parse(await runs('--json', '--filter', "name = 'slow'")) as Listed)
      .runs[0]!
    for (const name of [run, run.slice(0, 4), `run:${run.slice(0, 7)}`, outputs!.commit, `${run}^0`]) {
      expect(await repo.model('show', name)).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(`^run ${run}\n`) as string,
        stderr: '',
      })
    }
    await repo.git('branch', 'slow')
    const both = await repo.model('show', 'slow')
    expect(both.stdout).toMatch(/^run /)
    expect(both.stderr).toBe('the name fits something else too: git model show commit:slow\n')
    expect((await repo.model('show', 'commit:slow')).stdout).toMatch(/^commit /)
    await repo.git('branch', '-D', 'slow')
  })

  it('shows a model and tells absent, unfetched and empty apart', async () => {
    expect((await repo.model('show', 'digits')).stdout).toMatch(
      /weights\n.*\n +models\/digits\.bin +15 B +sha256:\w+ +here/,
    )
    expect((await repo.model('show', 'digits@HEAD')).stdout).toMatch(
      /object +nothing stands at this path\n\nweights\n +absent/,
    )
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`
    await repo.write('models/digits.bin', pointer)
    expect((await repo.model('show', 'digits')).stdout).toMatch(
      /not fetched\n +fetch what is not here: git model checkout/,
    )
    await repo.write('models/digits.bin', '')
    expect((await repo.model('show', 'digits')).stdout).toMatch(/weights\n +an empty file\n/)
    expect((await repo.model('show', 'models/digits.bin')).stdout).toMatch(/^model digits\n/)
    await repo.write('models/digits.bin', 'weights of slow')
    expect((await repo.model('show', 'digits')).stdout).toMatch(/produced by\n.*\n +[0-9a-f]{8} +slow/)
  })

  it('shows a commit with its runs', async () => {
    const { stdout } = await repo.model('show')
    expect(stdout).toMatch(/^commit [0-9a-f]{40}\n +subject +first\n/)
    for (const name of ['slow', 'fast']) expect(stdout).toMatch(new RegExp(` ${name} `))
    expect((await empty.model('show', 'main')).stdout).toMatch(/runs\n +none is recorded for this commit/)
  })

  it('answers in Markdown and JSON', async () => {
    expect((await repo.model('show', 'slow', '--format', 'md')).stdout).toMatch(
      /^# run [^]*\n## metrics\n\n\| metric +\| +last \|/,
    )
    expect(JSON.parse((await repo.model('show', 'slow', '--json')).stdout)).toMatchObject({
      schema: 'run-show/v1',
      run: { name: 'slow' },
      outputs: [{ path: 'models/digits.bin', presence: 'here' }],
      series: { metrics: { 'val/acc': { step: [0, 1, 2], value: [0.1, 0.2, 0.5] } } },
    })
    expect(JSON.parse((await repo.model('show', 'digits', '--json')).stdout)).toMatchObject({
      schema: 'model-show/v1',
    })
    expect(JSON.parse((await repo.model('show', '--json')).stdout)).toMatchObject({
      schema: 'commit-show/v1',
    })
  })

  it('says what is wrong with an unknown and an ambiguous name', async () => {
    expect(await repo.model('show', 'nothing')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        '^error: there is no run, model, commit or file "nothing"\nhint: git model runs',
      ) as string,
    })
    await repo.model('run', '-n', 'fast', '--', 'true')
    expect(await repo.model('show', 'fast')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching('^error: "fast" fits 2 runs: ') as string,
    })
  })
})

interface Listed {
  runs: { run: string; outputs?: { commit: string } }[]
}

function stable(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/(started +).*/g, '$1<time>')
    .replaceAll(/(duration +).*/g, '$1<time>')
    .replace(/\nenvironment\n(?: .*\n)*/, '\nenvironment\n  …\n')
}
