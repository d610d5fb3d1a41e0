import { expect, it } from 'vitest'
import { teams, type TestRepo } from '../support/repo.ts'

const POINTS = 330_000
const RUNS = ['a', 'b', 'c']
const TRAIN = `
const rows = ['step,loss']
for (let step = 0; step < ${POINTS}; step++) rows.push([step, 1 - step / 1e6].join())
require('fs').writeFileSync('metrics.csv', rows.join('\\n') + '\\n')
`

async function historyOf(repo: TestRepo, run: string): Promise<number[]> {
  const line = (await repo.git('notes', '--ref=model/series', 'show', run)).split('\n')[1]!
  return (JSON.parse(line) as { metrics: { loss: { step: number[] } } }).metrics.loss.step
}

it('histories of more than is merged at once, to which both sides added, are joined one after the other', async () => {
  const { alice, bob } = await teams()
  await alice.write('train.cjs', TRAIN)
  for (const name of RUNS) {
    await alice.model('run', '-n', name, '--metrics', 'metrics.csv', '--', 'node', 'train.cjs')
  }
  await alice.model('sync')
  await bob.model('sync')
  const listed = (await alice.git('notes', '--ref=model/runs', 'list')).split('\n')
  const runs = listed.map((line) => line.split(' ')[1]!)
  expect(runs).toHaveLength(RUNS.length)
  for (const run of runs) {
    await alice.model('log', '--run', run, 'loss=2', '--step', String(POINTS))
    await bob.model('log', '--run', run, 'loss=3', '--step', String(POINTS + 1))
  }
  for (const repo of [alice, bob, alice]) {
    const synced = await repo.model('sync')
    expect(synced.exitCode, synced.stderr).toBe(0)
  }
  for (const run of runs) {
    const steps = await historyOf(alice, run)
    expect(steps).toHaveLength(POINTS + 2)
    expect(steps.slice(-3)).toEqual([POINTS - 1, POINTS, POINTS + 1])
    const shown = await alice.model('show', run, '--json')
    const { metrics } = (JSON.parse(shown.stdout) as { run: { metrics: object } }).run
    expect(metrics).toMatchObject({ loss: { last: 3, step: POINTS + 1, max: 3, count: POINTS + 2 } })
  }
  const notes = ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/notes/model']
  expect(await bob.git(...notes)).toBe(await alice.git(...notes))
})
