import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { githubEvent } from '../../src/domain/ci-event.ts'
import { parseFilter } from '../../src/domain/filter-parse.ts'
import { mergeCardValues } from '../../src/domain/merge-card-values.ts'
import { parseNumber } from '../../src/domain/number.ts'
import { readMetricFile } from '../../src/metric-files/read-metric-file.ts'
import { parseClauses } from '../../src/mlflow/search-clauses.ts'
import { numberKind } from '../../src/weights/tensor/number-kind.ts'
import { temporaryFolder } from '../support/repo.ts'

// What every object has without anybody having put it there.
const INHERITED = Object.getOwnPropertyNames(Object.prototype)

describe.each(INHERITED)('the name %s, which every object has', (name) => {
  it('is no number', () => {
    expect(parseNumber(name)).toBeUndefined()
    expect(() => parseFilter(`metrics.acc = ${name}`)).toThrow(/a number is expected here/)
  })

  it('is no group of a search', () => {
    expect(() => parseClauses(`${name}.x = 'a'`)).toThrow(/Invalid entity type/)
  })

  it('is no event, no list of a card and no dtype', () => {
    const env = { GITHUB_EVENT_NAME: name, GITHUB_REPOSITORY: 'o/r', GITHUB_SHA: 'a'.repeat(40) }
    expect(githubEvent(env, {})).toMatchObject({ kind: name, head: 'a'.repeat(40) })
    expect(mergeCardValues([name], [], ['a'], ['b']).value).toEqual(['a', 'b'])
    expect(numberKind(name)).toBeUndefined()
  })

  it('is a column like others', async () => {
    const file = path.join(temporaryFolder(), 'metrics.csv')
    writeFileSync(file, `step,${name}\n1,0.5\n`)
    const { metrics } = await readMetricFile(file, 0)
    expect(Object.entries(metrics)).toMatchObject([[name, [{ step: 1, value: 0.5 }]]])
  })
})

describe('tables by name', () => {
  const source = path.resolve(import.meta.dirname, '../../src')
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )

  it('that are plain objects are asked for what is their own', () => {
    const unsafe = files.flatMap((file) => {
      const text = readFileSync(path.join(source, file), 'utf8')
      const tables = [...text.matchAll(/^(?:export )?const (\w+): [^=\n]*\bRecord<string, .* = \{/gm)]
      return tables
        .map(([, table]) => table!)
        .filter((table) => new RegExp(String.raw`\b${table}\[`).test(text))
        .filter((table) => !text.includes(`Object.hasOwn(${table}, `))
        .map((table) => `${file}: ${table}`)
    })
    expect(unsafe).toEqual([])
  })
})
