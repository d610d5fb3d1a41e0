import { expect, it } from 'vitest'
import { parseFilter } from '../../src/domain/filter-parse.ts'

it.each(['2026-02-31', '2025-02-29T10:00', '2026-04-31 08:00'])('a day that no calendar has: %s', (day) => {
  expect(() => parseFilter(`started > '${day}'`)).toThrow(`there is no day ${day.slice(0, 10)}`)
})

it.each(['2024-02-29', '2026-12-31T23:59', '2026-01-01T00:30+02:00'])('a day that there is: %s', (day) => {
  expect(() => parseFilter(`started > '${day}'`)).not.toThrow()
})
