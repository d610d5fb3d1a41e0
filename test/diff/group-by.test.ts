import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spreadOf, studentQuantile, welchInterval } from '../../src/domain/spread.ts'
import { gitdir } from '../support/repo.ts'

describe("Student's t", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, critical values for 0.975.
  it.each([
    [1, 12.706],
    [2, 4.303],
    [4, 2.776],
    [10, 2.228],
    [30, 2.042],
    [100, 1.984],
  ])('has its 97.5 %% quantile for %i degrees of freedom at %d', (degrees, expected) => {
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(expected, 3)
  })

  it('comes closer to the normal distribution with every degree', () => {
    const degrees = fc.double({ min: 1, max: 500, noNaN: true })
    fc.assert(
      fc.property(degrees, degrees, (a, b) => {
        const [few, many] = a < b ? [a, b] : [b, a]
        expect(studentQuantile(0.975, few)).toBeGreaterThanOrEqual(studentQuantile(0.975, many) - 1e-9)
        expect(studentQuantile(0.975, many)).toBeGreaterThan(1.9599)
      }),
    )
  })
})

describe('a difference of two groups', () => {
  it('has the interval that is worked out by hand', () => {
    // Means 2 and 4, variances 1 and 4, three and three values: 2 ± t(2.94) · sqrt(5/3).
    const [low, high] = welchInterval(spreadOf([1, 2, 3])!, spreadOf([2, 4, 6])!)!
    expect((low + high) / 2).toBeCloseTo(2, 12)
    expect((high - low) / 2 / Math.sqrt(5 / 3)).toBeCloseTo(
      studentQuantile(0.975, (5 / 3) ** 2 / (1 / 18 + 16 / 18)),
      9,
    )
  })

  it('has none where a side has one value, and no width where nothing spreads', () => {
    expect(welchInterval(spreadOf([1])!, spreadOf([1, 2])!)).toBeUndefined()
    expect(welchInterval(spreadOf([1, Number.NaN])!, spreadOf([1, 2])!)).toBeUndefined()
    expect(welchInterval(spreadOf([1, 1])!, spreadOf([2, 2])!)).toEqual([1, 1])
    expect(spreadOf([])).toBeUndefined()
  })
})

it('git model diff --group-by compares the means over seeds, and says what is noise', async () => {
  const repo = await gitdir({
    'a.txt': 'a',
    '.gitmodel.yaml': 'metrics: {acc: {goal: max, primary: true}}\n',
  })
  const train = async (values: number[], lr: number): Promise<void> => {
    for (const [seed, acc] of values.entries()) {
      const params = ['-p', `seed=${seed}`, '-p', `lr=${lr}`]
      const ran = await repo.model('run', ...params, '--', 'sh', '-c', `git model log acc=${acc}`)
      expect(ran.exitCode).toBe(0)
    }
  }
  await train([0.9, 0.92, 0.94], 1)
  await repo.commit({ 'a.txt': 'b' })
  await train([0.91, 0.95, 0.96], 1)
  // Another learning rate is another experiment, not another seed.
  await train([0.5], 2)
  // A seed that was run before does not count again.
  const again = ['-p', 'seed=0', '-p', 'lr=1', '--', 'sh', '-c', 'git model log acc=0.91']
  expect((await repo.model('run', ...again)).exitCode).toBe(0)
  const noisy = await repo.model('diff', 'HEAD^', 'HEAD', '--group-by', 'seed')
  expect(noisy.stdout).toMatch(
    /^better: acc 0\.92 ± 0\.02 \(n=3\) → 0\.94 ± 0\.026 \(n=3\) .*; within the noise of seed, 95% interval of the change -0\.0\d+ to 0\.0\d+\n/,
  )
  expect(noisy.stdout).toContain('✓ better, within noise')
  expect(noisy.stdout).toContain('mean of 3 runs that differ in seed alone')
  expect(noisy.stdout).not.toMatch(/^param/m)
  const misspelt = await repo.model('diff', 'HEAD^', 'HEAD', '--group-by', 'sead')
  expect(misspelt.stdout).toContain('has no parameter sead')
  const comment = await repo.model('diff', 'HEAD^', 'HEAD', '--group-by', 'seed', '--format', 'md')
  expect(comment.stdout).toMatch(/^### ⚪ better: acc .*; within the noise of seed/)
  expect(comment.stdout).toContain('| better, within noise |')
  const json = JSON.parse(
    (await repo.model('diff', 'HEAD^', 'HEAD', '--group-by', 'seed', '--json')).stdout,
  ) as {
    metrics: unknown[]
  }
  expect(json.metrics[0]).toMatchObject({ spread: { base: { n: 3 }, head: { n: 3 }, isNoise: true } })
  await repo.commit({ 'a.txt': 'c' })
  await train([0.99], 1)
  const one = await repo.model('diff', 'HEAD^', 'HEAD', '--group-by', 'seed', '--format', 'md')
  expect(one.stdout).toContain('too few runs to tell it from noise')
  expect(one.stdout).toContain('no other run differs in seed alone')
  await repo.commit({ 'a.txt': 'd' })
  await train([0.5, 0.5], 1)
  await repo.commit({ 'a.txt': 'e' })
  await train([0.6, 0.6], 1)
  const flat = await repo.model('diff', 'HEAD^', 'HEAD', '--group-by', 'seed')
  expect(flat.stdout.split('\n')[0]).toContain('; all runs of a side gave the same value, whatever the seed')
})

it('git model diff --group-by leaves out runs of edited code, and says how many', async () => {
  const repo = await gitdir({ 'a.py': 'a', 'm.pt': 'weights' })
  const train = async (seed: number, code: string): Promise<void> => {
    await repo.write('a.py', code)
    const script = `git model log acc=0.${seed}; echo ${seed} >m.pt; echo {} >results.json`
    const ran = await repo.model('run', '-p', `seed=${seed}`, '--', 'sh', '-c', script)
    expect(ran.exitCode).toBe(0)
  }
  await train(1, 'a')
  await train(2, 'b')
  // Neither weights that the last run overwrote nor what it left behind is code.
  await train(3, 'a')
  const { stdout } = await repo.model('diff', 'HEAD', 'HEAD', '--group-by', 'seed')
  expect(stdout).toContain('mean of 2 runs that differ in seed alone (left out: 1 with uncommitted changes)')
})

it('git model diff --group-by takes no run of another model', async () => {
  const repo = await gitdir({
    'a.py': 'a',
    '.gitmodel.yaml': 'models: {a: {path: a.pt}, b: {path: b.pt}}\nmetrics: {acc: {goal: max}}\n',
  })
  expect((await repo.model('init')).exitCode).toBe(0)
  await repo.commit({}, 'set up')
  const train = async (model: string, seed: number, acc: number): Promise<void> => {
    const script = `git model log acc=${acc}; echo ${model}${acc} >${model}.pt`
    const ran = await repo.model(
      'run',
      '-p',
      `seed=${seed}`,
      '--output',
      `${model}.pt`,
      '--',
      'sh',
      '-c',
      script,
    )
    expect(ran.exitCode).toBe(0)
  }
  for (const seed of [1, 2]) await train('a', seed, 0.8 + seed / 100)
  for (const seed of [1, 2, 3]) await train('b', seed, 0.3 + seed / 100)
  await repo.commit({}, 'base')
  await repo.commit({ 'a.py': 'b' }, 'code')
  for (const seed of [1, 2]) await train('a', seed, 0.6 + seed / 100)
  await repo.commit({}, 'worse')
  const { stdout } = await repo.model('diff', 'HEAD~2', 'HEAD', '--group-by', 'seed')
  expect(stdout).toMatch(/^worse for a: acc 0\.815 ± 0\.0071 \(n=2\) → 0\.615 ± 0\.0071 \(n=2\)/)
})
