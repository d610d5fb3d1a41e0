import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readMetricFile } from '../../src/metric-files/read-metric-file.ts'
import { temporaryFolder } from '../support/repo.ts'

const DEPTH = 50_000

it.each(['metrics.json', 'metrics.jsonl'])(
  'a metric file that nests deeply is told as that: %s',
  async (name) => {
    const file = path.join(temporaryFolder(), name)
    writeFileSync(file, `{"loss": 1, "a": ${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}}\n`)
    await expect(readMetricFile(file, 0)).rejects.toMatchObject({
      code: 'metric-file-invalid',
      message: expect.stringMatching(/nested too deeply/) as string,
    })
  },
)
