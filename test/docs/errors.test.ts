import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

it('docs/errors.md documents every error code, and no other', () => {
  const [, union] = /export type ErrorCode =\n(.*?)\n\n/s.exec(read('src/domain/errors.ts'))!
  const codes = [...union!.matchAll(/\| '([a-z-]+)'/g)].map(([, code]) => code)
  const documented = [...read('docs/errors.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(30)
  expect([...documented].sort()).toEqual([...codes].sort())
})

it('every documented error says what it means and what to do', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `[a-z-]+` \|.*$/gm)].map(([row]) => row)
  const cells = rows.map((row) => row.split(' | ').map((cell) => cell.replaceAll('|', '').trim()))
  expect(cells.filter((row) => row.length !== 3 || row.some((cell) => cell.length < 4))).toEqual([])
})

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}
