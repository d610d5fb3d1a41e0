import { beforeAll, describe, expect, it } from 'vitest'
import { encodeRun } from '../../src/domain/encode-run.ts'
import type { RunRecord } from '../../src/domain/run.ts'
import { aRecord } from '../formats/arbitraries.ts'
import { commitNotes, runId } from '../index/notes-history.ts'
import { gitdir, type TestRepo } from '../support/repo.ts'

let repo: TestRepo

const CONFIG = 'metrics:\n  val/acc: {goal: max, primary: true}\n  val/loss: {goal: min}\n'
const HOSTILE = '\u001b[31mred | <b>'

const summary = (last: number | 'NaN') => ({ last, step: 1, min: last, max: last, count: 1, time: 0 })

function run(
  number: number,
  name: string,
  acc: number | 'NaN' | undefined,
  changes: Partial<RunRecord> = {},
): RunRecord {
  const { metrics: _, ...record } = aRecord({
    run: runId(number),
    name,
    started: '2020-01-01T08:00:00.000Z',
    ...changes,
  })
  return {
    ...record,
    ...(acc !== undefined && {
      metrics: { 'val/acc': summary(acc), 'val/loss': summary(acc === 'NaN' ? 'NaN' : 1 - acc) },
    }),
  }
}

beforeAll(async () => {
  repo = await gitdir({ '.gitmodel.yaml': CONFIG })
  const records = [
    run(0, 'low', 0.5, { params: { lr: 0.1, text: HOSTILE }, tags: { host: 'a' } }),
    run(2, 'high', 0.75, { params: { lr: 0.1 }, started: '2020-01-02T08:00:01.000Z', tags: { host: 'a' } }),
    run(4, 'as high', 0.75, { params: { lr: 0.3 }, environment: { python: '3.12' } }),
    run(6, 'broken', 0.99, { status: 'failed' }),
    run(8, 'diverged', 'NaN'),
    { ...run(12, 'other', undefined, { status: 'killed' }), metrics: { extra: summary(1) } },
    run(10, 'gone', 1, { deleted: true }),
  ]
  await commitNotes(
    repo,
    records.map((record) => [`${record.run.slice(0, 2)}/${record.run.slice(2)}`, encodeRun(record)]),
  )
})

describe('git model best', () => {
  it('prints the id of the best finished run, the newest of equal ones', async () => {
    expect(await repo.model('best')).toMatchObject({
      exitCode: 0,
      stdout: `${runId(2)}\n`,
      stderr: 'high: val/acc 0.75, the max of 3 runs\n',
    })
    expect((await repo.model('best', '--metric', 'val/loss', '--filter', 'params.lr > 0.2')).stdout).toBe(
      `${runId(4)}\n`,
    )
    expect((await repo.model('best', '--goal', 'min')).stdout).toBe(`${runId(0)}\n`)
  })

  it('takes runs that did not finish where the filter asks for them', async () => {
    const ran = await repo.model('best', '--json', '--filter', "status IN ('failed', 'finished')")
    expect(JSON.parse(ran.stdout)).toMatchObject({
      schema: 'run-best/v1',
      metric: 'val/acc',
      goal: 'max',
      value: 0.99,
      candidates: 4,
      run: { run: runId(6), name: 'broken' },
    })
  })

  it.each([
    [['--metric', 'speed'], 1, 'error: no run has metrics.speed\n'],
    [
      ['--metric', 'val/acx', '--filter', 'params.lr > 0'],
      1,
      "no run has metrics.val/acx; did you mean metrics.val/acc?\nhint: git model best --metric val/acc --filter 'params.lr > 0'\n",
    ],
    [['--metric', 'lr'], 1, 'did you mean params.lr?\nhint: git model runs'],
    [
      ['--metric', 'extra', '--filter', 'params.lr > 0'],
      2,
      "hint: git model best --metric extra --filter 'params.lr > 0' --goal max   (or min)",
    ],
    [['--metric', 'extra', '--goal', 'max'], 1, 'error: no finished run has a value of "extra"'],
    [
      ['--filter', 'params.lrr > 0'],
      1,
      'has a value of "val/acc"; no run has params.lrr; did you mean params.lr?',
    ],
    [['--filter', "name = 'diverged'"], 1, 'no run that fits the filter'],
    [['--filter', 'acc > 1'], 2, 'write metrics.acc'],
  ])('%j says what is wrong', async (args, exitCode, text) => {
    const ran = await repo.model('best', ...args)
    expect(ran).toMatchObject({ exitCode, stdout: '' })
    expect(ran.stderr).toContain(text)
  })
})

describe('a run of more fields than columns are kept of', () => {
  it('has what it has', async () => {
    const wide = await gitdir()
    const params = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`p${index}`, index]))
    const record = { ...run(0, 'wide', undefined), params }
    await commitNotes(wide, [[record.run, encodeRun(record)]])
    const known = await wide.model('runs', '--filter', 'params.p7 = 7', '--sort', 'params.p9')
    expect(known.stderr).not.toContain('warning')
    expect((await wide.model('runs', '--sort', 'params.q7')).stderr).toContain(
      'warning: no run has params.q7\n',
    )
  })
})

describe('git model compare', () => {
  it('shows what differs, and the best value of what has a goal', async () => {
    const ran = await repo.model('compare', 'low', 'high', 'as high')
    expect(ran.stdout).toMatchInlineSnapshot(`
      "run                 aaaaaa00           aaaaaa02    aaaaaa04
      name                low                high        as high
      started             2020-01-01         2020-01-02  2020-01-01
      val/acc ↑           0.5                0.75 ★      0.75 ★
      val/loss ↓          0.5                0.25 ★      0.25 ★
      lr                  0.1                0.1         0.3
      text                \\x1b[31mred | <b>  –           –
      host                a                  a           –
      environment.python  –                  –           3.12
      "
    `)
    expect(ran.stderr).toMatch(/^\d+ fields are the same; see them with --all\n$/)
    expect((await repo.model('compare', 'low', 'high', '--all')).stdout).toMatch(/^lr +0\.1 +0\.1$/m)
  })

  it('escapes what a record holds, in every format', async () => {
    const md = (await repo.model('compare', 'low', 'high', '--format', 'md')).stdout
    expect(md).toContain(String.raw`\\x1b\[31mred \| \<b\>`)
    const csv = (await repo.model('compare', 'low', 'high', '--format', 'csv')).stdout
    expect(csv.split('\r\n').slice(0, 2)).toEqual([`field,${runId(0)},${runId(2)}`, 'name,low,high'])
    expect(csv).toContain(String.raw`params.text,\x1b[31mred | <b>,`)
  })

  it('answers in JSON', async () => {
    const answer = JSON.parse((await repo.model('compare', 'high', 'diverged', '--json')).stdout) as {
      fields: { key: string }[]
    }
    expect(answer).toMatchObject({
      schema: 'runs-compare/v1',
      runs: [{ name: 'high' }, { name: 'diverged' }],
    })
    expect(answer.fields.find(({ key }) => key === 'val/acc')).toEqual({
      group: 'metric',
      key: 'val/acc',
      goal: 'max',
      values: [0.75, 'NaN'],
      differs: true,
    })
  })

  it.each([
    [['low'], 2, 'two runs at least are needed to compare'],
    [['low', 'low'], 2, 'two runs at least'],
    [['low', 'nobody'], 1, 'there is no run "nobody"'],
  ])('%j says what is wrong', async (args, exitCode, text) => {
    const ran = await repo.model('compare', ...args)
    expect(ran).toMatchObject({ exitCode, stdout: '' })
    expect(ran.stderr).toContain(text)
  })
})
