import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { INDEX_FORMAT } from '../../src/columns/manifest.ts'
import { CONFIG_FORMAT } from '../../src/store/config-cache.ts'

// What is derived from a document is kept beside it: where a schema changes, what an earlier program derived may be
// wrong. Then the number goes up, and the digest here with it.
it.each([
  { kind: 'run', format: INDEX_FORMAT, of: 'INDEX_FORMAT', pinned: [4, 'd30da2e59770ebbf'] },
  { kind: 'config', format: CONFIG_FORMAT, of: 'CONFIG_FORMAT', pinned: [3, 'e5347d4530ece0cc'] },
])('the schema of a $kind is the one that $of stands for', ({ kind, format, pinned }) => {
  expect([format, digestOf(kind)]).toEqual(pinned)
})

function digestOf(kind: string): string {
  const text = readFileSync(new URL(`../../schemas/${kind}-v1.json`, import.meta.url), 'utf8')
  const rules = JSON.stringify(withoutWords(JSON.parse(text)))
  return createHash('sha256').update(rules).digest('hex').slice(0, 16)
}

// Descriptions say nothing of what is valid; a property may be called so.
function withoutWords(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutWords(each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isNames || (key !== 'description' && key !== 'title'))
      .map(([key, each]) => [key, withoutWords(each, !isNames && key === 'properties')]),
  )
}
