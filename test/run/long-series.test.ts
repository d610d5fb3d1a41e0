import { expect, it } from 'vitest'
import { teams, type TestRepo } from '../support/repo.ts'

const POINTS = 290_000
const TRAIN = `
const rows = ['step,loss,acc']
for (let step = 0; step < ${POINTS}; step++) rows.push([step, 1 - step / 1e6, (step % 997) / 1e3 - 0.5].join())
require('fs').writeFileSync('metrics.csv', rows.join('\\n') + '\\n')
`

interface Shown {
  run: {
    run: string
    metrics: Record<string, object>
    outputs: { commit: string; files: { path: string; size: number }[] }
  }
}

async function shown(repo: TestRepo): Promise<Shown['run']> {
  return (JSON.parse((await repo.model('show', 'long', '--json')).stdout) as Shown).run
}

it('a history that is too long for a note is a file of the run; the note keeps its shape, and the record all that sums it up', async () => {
  const { alice, bob } = await teams()
  await alice.write('train.cjs', TRAIN)
  const ended = await alice.model('run', '-n', 'long', '--metrics', 'metrics.csv', '--', 'node', 'train.cjs')
  expect(ended.exitCode, ended.stderr).toBe(0)
  const { run, metrics, outputs } = await shown(alice)
  const last = { step: POINTS - 1, count: POINTS }
  expect(metrics).toMatchObject({ loss: { ...last, max: 1 }, acc: { ...last, max: 0.496, min: -0.5 } })
  const note = (await alice.git('notes', '--ref=model/series', 'show', run)).split('\n')[1]!
  expect(note.length).toBeLessThan(8_000_000)
  const reduced = JSON.parse(note) as { reduced: boolean; metrics: Record<string, { step: number[] }> }
  expect(reduced.reduced).toBe(true)
  expect(reduced.metrics['acc']!.step.length).toBeGreaterThan(10_000)
  expect(outputs.files).toEqual([
    expect.objectContaining({ path: expect.stringMatching(/series-\w+\.json$/) }),
  ])

  await alice.model('log', '--run', 'long', 'acc=2', '--step', String(POINTS))
  expect((await shown(alice)).metrics).toMatchObject({ acc: { last: 2, step: POINTS, max: 2, min: -0.5 } })
  await alice.model('sync')
  await bob.model('sync')
  const after = await shown(bob)
  expect(after.outputs.files).toEqual(outputs.files)
  const pointer = await bob.git('show', `${after.outputs.commit}:${outputs.files[0]!.path}`)
  const { stdout } = await bob.exec('git', ['lfs', 'smudge'], { input: `${pointer}\n` })
  const whole = JSON.parse(stdout) as {
    metrics: Record<string, { step: number[] }>
  }
  expect(whole.metrics['acc']!.step).toHaveLength(POINTS)
})
