import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { gitdir, type Ran, type TestRepo } from '../support/repo.ts'

const library = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href

async function script(repo: TestRepo, code: string, wrapper: readonly string[] = []): Promise<Ran> {
  await repo.write('train.mjs', `import { startRun, ModelError } from ${JSON.stringify(library)}\n${code}\n`)
  return wrapper.length === 0
    ? repo.exec(process.execPath, ['train.mjs'])
    : repo.model(...wrapper, '--', process.execPath, 'train.mjs')
}

interface Listed {
  name: string
  status: string
  params: Record<string, unknown>
  tags: Record<string, unknown>
  metrics: Record<string, { last: unknown; count: number }>
  outputs?: { files: { path: string; size: number }[] }
}

async function records(repo: TestRepo): Promise<Listed[]> {
  const list = await repo.git('notes', '--ref=model/runs', 'list')
  const { parse } = await import('yaml')
  return Promise.all(
    list
      .split('\n')
      .map(
        async (line) =>
          parse(await repo.git('notes', '--ref=model/runs', 'show', line.split(' ')[1]!)) as Listed,
      ),
  )
}

describe('the library', () => {
  it('records a run of its own, with series, files and any name for a metric', async () => {
    const repo = await gitdir()
    const ran = await script(
      repo,
      `import { writeFileSync, mkdirSync } from 'node:fs'
      const run = await startRun({ name: 'js', experiment: 'digits', params: { lr: 0.1 }, tags: { a: true } })
      for (let step = 0; step < 1000; step++) run.log({ loss: 1 / (step + 1), 'constructor': step }, { step })
      run.log(JSON.parse('{"__proto__": 5}'))
      run.log({ nan: NaN, inf: -Infinity })
      run.params({ seed: 7 }); run.tags({ a: null, b: 'x' })
      mkdirSync('models'); writeFileSync('models/w.bin', 'weights'); writeFileSync('plot.txt', 'plot')
      await run.output('models/w.bin'); await run.artifact('plot.txt')
      await run.finish(); await run.finish()
      console.log(run.id)`,
    )
    expect(ran.exitCode, ran.stderr).toBe(0)
    const [record] = await records(repo)
    expect(record).toMatchObject({
      name: 'js',
      status: 'finished',
      params: { lr: 0.1, seed: 7 },
      tags: { b: 'x' },
      metrics: { loss: { last: 0.001, count: 1000 }, nan: { last: 'NaN' }, inf: { last: '-Infinity' } },
    })
    expect(Object.keys(record!.metrics).sort()).toEqual(['__proto__', 'constructor', 'inf', 'loss', 'nan'])
    expect(record!.outputs!.files.map((file) => file.path)).toEqual([
      '.model/artifacts/plot.txt',
      'models/w.bin',
    ])
  })

  it('attaches to the run of git model run, which closes it', async () => {
    const repo = await gitdir()
    const code = `const run = await startRun({ name: 'ignored', params: { inside: 1 } })
      run.log({ loss: 0.5 }, { step: 3 })
      await run.finish()`
    const ran = await script(repo, code, ['run', '-n', 'outer', '-p', 'outside=2'])
    expect(ran.exitCode, ran.stderr).toBe(0)
    const all = await records(repo)
    expect(all).toHaveLength(1)
    expect(all[0]).toMatchObject({
      name: 'outer',
      params: { inside: 1, outside: 2 },
      metrics: { loss: { last: 0.5 } },
    })
  })

  it('keeps every logged value of a process that is killed', async () => {
    const repo = await gitdir()
    const code = `const run = await startRun({ name: 'victim' })
      for (let step = 0; step < 500; step++) run.log({ loss: step }, { step })
      process.kill(process.pid, 'SIGKILL')`
    await script(repo, code)
    await repo.model('doctor', '--fix')
    expect(await records(repo)).toMatchObject([
      { name: 'victim', status: 'killed', metrics: { loss: { last: 499, count: 500 } } },
    ])
  })

  it('keeps equal values of one step, however quick they come, but for those of a time that was given', async () => {
    const repo = await gitdir()
    const code = `const run = await startRun()
      const before = Date.now()
      for (let at = 0; at < 999; at++) run.log({ reward: 1, [at % 2 === 0 ? 'even' : 'odd']: 2 })
      run.log({ reward: 0 })
      for (let at = 0; at < 9; at++) run.log({ given: 1 }, { time: 5 })
      for (let step = 0; step < 999; step++) run.log({ steps: 1 }, { step })
      const spent = Date.now() - before
      await run.finish()
      console.log(before + 1000 + spent)`
    const ran = await script(repo, code)
    const [record] = await records(repo)
    expect(record!.metrics).toMatchObject({
      reward: { last: 0, count: 1000 },
      even: { count: 500 },
      given: { count: 1 },
      steps: { count: 999 },
    })
    expect(record!.metrics['reward']).toMatchObject({ time: expect.toSatisfy(Number.isInteger) })
    expect((record!.metrics['reward'] as unknown as { time: number }).time).toBeLessThanOrEqual(
      Number(ran.stdout),
    )
  })

  it('refuses what it cannot keep, with a code', async () => {
    const repo = await gitdir()
    const ran = await script(
      repo,
      `const run = await startRun()
      for (const wrong of [() => run.log({ 'a\\nb': 1 }), () => run.log({ a: '1' }), () => run.log({ a: 1 }, { step: 1.5 }), () => run.params({ p: NaN })]) {
        try { wrong(); console.log('kept') } catch (error) { console.log(error instanceof ModelError && error.code) }
      }
      for (const time of [NaN, Infinity, '5', 1e20, new Date(NaN), null, {}]) {
        try { run.log({ a: 1 }, { time }); console.log('kept') } catch (error) { console.log(error.code) }
      }
      run.log({ a: 2 }, { time: new Date(1234) })
      await run.artifact('nowhere').catch((error) => console.log(error.code))
      await run.finish()
      try { run.log({ a: 1 }) } catch (error) { console.log(error.code) }`,
    )
    expect(ran.stdout.trim().split('\n')).toEqual([
      'metric-invalid',
      'metric-invalid',
      'metric-invalid',
      'param-invalid',
      ...Array.from({ length: 7 }, () => 'metric-invalid'),
      'artifact-missing',
      'run-not-active',
    ])
    expect(await records(repo)).toMatchObject([{ metrics: { a: { last: 2, time: 1234, count: 1 } } }])
  })
})
