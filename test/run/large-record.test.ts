import { describe, expect, it } from 'vitest'
import { cutTexts, fitMetrics, fittingFiles } from '../../src/domain/fit-record.ts'
import { mergeRuns } from '../../src/domain/merge-runs.ts'
import type { RunRecord } from '../../src/domain/run.ts'
import { FIRST } from '../domain/arbitrary-run.ts'
import { gitdir } from '../support/repo.ts'

interface Shown {
  run: RunRecord
}

const summary = { last: 1, step: 0, min: 1, max: 1, count: 1, time: 0 }

function withMetrics(from: number, to: number, step = 1): RunRecord {
  const metrics: RunRecord['metrics'] = {}
  for (let index = from; index < to; index += step)
    metrics[`metric/${1e6 + index}${'x'.repeat(index % 50)}`] = summary
  return fitMetrics({ ...FIRST, metrics })
}

describe('a record that is larger than a note', () => {
  it('stays readable: what it has no room for is told, and is in the run', async () => {
    const repo = await gitdir()
    await repo.write(
      'train.cjs',
      `const metrics = {}
      for (let index = 0; index < 100000; index++) metrics['layer/' + index + '/gradient/norm/of/all/weights/${'w'.repeat(60)}'] = index / 7
      require('fs').writeFileSync('metrics.json', JSON.stringify(metrics))`,
    )
    const ran = await repo.model('run', '-n', 'big', '--metrics', 'metrics.json', '--', 'node', 'train.cjs')
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(ran.stderr).toMatch(/the record has room for \d+ of the metrics; the steps have all/)
    const shown = await repo.model('show', 'big', '--json')
    const { run } = JSON.parse(shown.stdout) as Shown
    expect(run.partial).toEqual(['metrics'])
    expect(Object.keys(run.metrics!).length).toBeGreaterThan(15_000)
    const steps = await repo.exec('git', ['notes', '--ref=model/series', 'show', run.run])
    expect(steps.stdout.match(/"step":/g)).toHaveLength(100_000)
  }, 120_000)

  it('cuts texts that no note has room for, and keeps the whole record as a file', async () => {
    const repo = await gitdir()
    await repo.model('run', '-n', 'long', '--', 'true')
    const text = 'long '.repeat(20_000)
    for (const part of ['a', 'b']) {
      const params = Array.from({ length: 20 }, (_, index) => ['-p', `${part}${index}=${text}`]).flat()
      expect(await repo.model('log', '--run', 'long', ...params)).toMatchObject({ exitCode: 0 })
    }
    const { run } = JSON.parse((await repo.model('show', 'long', '--json')).stdout) as Shown
    expect(run.partial).toEqual(['texts'])
    expect(String(run.params!['a7'])).toMatch(/… \(cut here\)$/)
    const [whole] = run.outputs!.files
    expect(whole!.path).toMatch(/^\.model\/artifacts\/record-[0-9a-f]{12}\.json$/)
    expect((await repo.model('show', 'long')).stdout).toContain(whole!.path)
  }, 120_000)

  it('takes no more files than it has room for, and says so', async () => {
    const repo = await gitdir()
    await repo.model('run', '-n', 'many', '--', 'true')
    const { run } = JSON.parse((await repo.model('show', 'many', '--json')).stdout) as Shown
    const outputs = Array.from({ length: 40_000 }, (_, index) => {
      const oid = `sha256:${String(index).padStart(64, '0')}`
      return { path: `out/${index}`, oid, size: 1 }
    })
    const journal = `.git/model/journal/${run.run}/log.jsonl`
    await repo.write(journal, `${JSON.stringify({ time: Date.now(), outputs })}\n`)
    const shown = await repo.model('show', 'many', '--json')
    const { partial, outputs: kept } = (JSON.parse(shown.stdout) as Shown).run
    expect(partial).toEqual(['files'])
    expect(kept!.files.length).toBeGreaterThan(25_000)
    const tree = await repo.exec('git', ['ls-tree', '-r', '--name-only', kept!.commit, 'out'])
    expect(tree.stdout.trim().split('\n')).toHaveLength(kept!.files.length)
    expect((await repo.model('show', 'many')).stdout).toMatch(/room for \d+ files; the others are not kept/)
  }, 120_000)

  it('is joined with another alike in any order', () => {
    const [a, b, c] = [withMetrics(0, 60_000, 3), withMetrics(1, 60_000, 3), withMetrics(10_000, 50_000, 2)]
    const all = mergeRuns(mergeRuns(a, b), c)
    expect(all.partial).toEqual(['metrics'])
    expect(mergeRuns(a, mergeRuns(c, b))).toEqual(all)
    expect(mergeRuns(all, a)).toEqual(all)
    expect(JSON.stringify(all.metrics).length).toBeLessThan(6_000_000)
  })

  it('takes the files that it has room for, and cuts a text once', () => {
    const files = Array.from({ length: 120_000 }, (_, index) => ({
      path: `out/${index}`,
      oid: 'sha256:1',
      size: 1,
    }))
    const kept = fittingFiles([], files)
    expect(kept.length).toBeGreaterThan(25_000)
    expect(kept.length).toBeLessThan(35_000)
    expect(fittingFiles(kept, files.slice(-1))).toEqual([])
    const record = cutTexts({ ...FIRST, notes: 'é'.repeat(500) }, 100)
    expect(record.notes).toHaveLength(100)
    expect(cutTexts(record, 100)).toEqual(record)
  })
})
