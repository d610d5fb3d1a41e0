import { expect, it } from 'vitest'
import { gitdir, type TestRepo } from '../support/repo.ts'

interface Shown {
  run: { params?: object; outputs: { files: { path: string }[] }; metrics: Record<string, object> }
  series: { metrics: Record<string, { step: number[]; value: unknown[] }> }
}

async function shown(repo: TestRepo, run: string): Promise<Shown> {
  return JSON.parse((await repo.model('show', run, '--json')).stdout) as Shown
}

it('takes metric files and outputs that "git model run" could not read or find', async () => {
  const repo = await gitdir()
  const lines = '{"step": 1, "loss": 0.9}\n{"step": 2, "loss"\n{"step": 3, "loss": 0.5}\n'
  await repo.write('sub/lines', lines)
  const args = ['run', '-n', 'base', '--metrics', 'results.jsonl', '--output', 'w.pt', '--']
  const ran = await repo.modelIn('sub', [...args, 'cp', 'lines', 'results.jsonl'])
  expect(ran.exitCode).toBe(1)
  expect(ran.stderr).toContain('warning: "results.jsonl", line 2, column')
  expect(ran.stderr).toContain('hint: mend the file, then: git model log --run ')

  await repo.write('sub/results.jsonl', '{"step": 1, "loss": 0.9}\n{"step": 3, "loss": 0.5}\n')
  await repo.write('sub/more.yaml', 'params: {lr: 0.1}\nmetrics: {acc: .nan}\n')
  await repo.write('sub/w.pt', 'weights')
  const logged = await repo.modelIn('sub', [
    ...['log', '--run', 'base', '--metrics', 'results.jsonl', '--metrics', '*.yaml', '--output', 'w.pt'],
    ...['--force', 'test/acc=0.7'],
  ])
  expect(logged.exitCode, logged.stderr).toBe(0)
  const { run, series } = await shown(repo, 'base')
  expect(run.outputs.files.map((file) => file.path)).toEqual(['sub/w.pt'])
  expect(run.params).toEqual({ lr: 0.1 })
  expect(run.metrics).toMatchObject({ 'test/acc': { last: 0.7 }, acc: { last: 'NaN' } })
  expect(series.metrics['loss']).toMatchObject({ step: [1, 3], value: [0.9, 0.5] })
})

it('keeps each row of a step, in its order, and reading the file again adds none', async () => {
  const repo = await gitdir()
  await repo.write('m.csv', 'epoch,loss,time\n1,9,\n1,9,\n1,3,\n2,1,1234567890\n2,1,1234567890\n')
  const ran = await repo.model('run', '-n', 'base', '--metrics', 'm.csv', '--', 'touch', 'm.csv')
  expect(ran.exitCode, ran.stderr).toBe(0)
  for (const again of [false, true]) {
    if (again) await repo.model('log', '--run', 'base', '--metrics', 'm.csv')
    const { loss } = (await shown(repo, 'base')).series.metrics
    expect(loss).toMatchObject({ step: [1, 1, 1, 2], value: [9, 9, 3, 1] })
  }
})

it('takes them inside the command too, and says where there is nothing to log', async () => {
  const repo = await gitdir()
  const script =
    'echo loss,acc >m.csv; echo 1,2 >>m.csv; echo w >w.pt; git model log --metrics m.csv --output w.pt'
  const ran = await repo.model('run', '-n', 'inside', '--', 'sh', '-c', script)
  expect(ran.exitCode, ran.stderr).toBe(0)
  const { run } = await shown(repo, 'inside')
  expect(run.outputs.files.map((file) => file.path)).toEqual(['w.pt'])
  expect(run.metrics).toMatchObject({ loss: { last: 1 }, acc: { last: 2 } })
  const empty = await repo.model('log', '--run', 'inside', '--step', '3')
  expect(empty).toMatchObject({ exitCode: 2, stdout: '' })
  expect(empty.stderr).toContain('error: there is nothing to log')
})
