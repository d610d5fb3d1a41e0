import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { gitdir } from '../support/repo.ts'

const RUNS = 64
const POINTS = 5
/** A shared runner of two cores, with 72 commands at once on it, takes minutes: what is asserted is the count, not the time. */
const PATIENCE = 900_000

it(
  'keeps every record and every point of 64 runs that end at once, across two work trees, while git gc runs',
  async () => {
    const repo = await gitdir()
    await repo.git('worktree', 'add', '--quiet', '-b', 'other', '../linked')
    await repo.model('run', '-n', 'done', '--', 'true')
    const script = Array.from(
      { length: POINTS },
      (_, step) => `git model log loss=${step} --step ${step}`,
    ).join(' && ')
    const sweep = Array.from({ length: RUNS }, (_, index) =>
      repo.modelIn(index % 2 === 0 ? '.' : '../linked', [
        'run',
        '-n',
        `r${index}`,
        '-p',
        `i=${index}`,
        '--',
        'sh',
        '-c',
        script,
      ]),
    )
    const late = Array.from({ length: 8 }, (_, index) =>
      repo.model('log', '--run', 'done', `late=${index}`, '--step', String(index)),
    )
    const housekeeping = repo.git('gc', '--quiet').then(() => repo.git('gc', '--quiet'))
    const ended = await Promise.all([...sweep, ...late])
    await housekeeping
    expect(ended.filter(({ exitCode }) => exitCode !== 0).map(({ stderr }) => stderr)).toEqual([])

    const listed = (await repo.git('notes', '--ref=model/runs', 'list'))
      .split('\n')
      .map((line) => line.split(' ')[1]!)
    expect(listed).toHaveLength(RUNS + 1)
    const texts = await Promise.all(listed.map((run) => repo.git('notes', '--ref=model/runs', 'show', run)))
    const records = texts.map((text) => parse(text) as Record<string, any>)
    const indices = records.filter(({ name }) => name !== 'done').map(({ params }) => params.i as number)
    expect(indices.sort((a, b) => a - b)).toEqual(Array.from({ length: RUNS }, (_, index) => index))
    for (const record of records.filter(({ name }) => name !== 'done')) {
      expect(record).toMatchObject({
        status: 'finished',
        metrics: { loss: { count: POINTS, last: POINTS - 1 } },
      })
    }
    expect(records.find(({ name }) => name === 'done')).toMatchObject({ metrics: { late: { count: 8 } } })
    expect(await repo.git('for-each-ref', 'refs/model/running')).toBe('')
    expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
  },
  PATIENCE,
)
