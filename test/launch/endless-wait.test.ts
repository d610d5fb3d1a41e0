import { execa } from 'execa'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/repo.ts'

const dist = path.resolve(import.meta.dirname, '../../dist')

describe('a command that waits for what never comes', () => {
  it.each([[[]], [['--json']]])('is told as the bug that it is: runs %s', async (flags) => {
    const { stdout, stderr, exitCode } = await execa(
      process.execPath,
      [path.join(bundleThatWaits(), 'bin.js'), 'runs', ...flags],
      { reject: false, env: { XDG_CACHE_HOME: temporaryFolder() } },
    )
    expect({ stdout, stderr, exitCode }).toMatchSnapshot()
  })
})

/** The program, but for a list of runs that is never there. */
function bundleThatWaits(): string {
  const folder = path.join(temporaryFolder(), 'dist')
  cpSync(dist, folder, { recursive: true })
  const file = path.join(
    folder,
    readdirSync(folder).find((name) => /^main-.*\.js$/.test(name))!,
  )
  const text = readFileSync(file, 'latin1')
  const broken = text.replace(/const \{ listRuns \} = /, 'await new Promise(() => {}); $&')
  expect(broken).not.toBe(text)
  writeFileSync(file, broken, 'latin1')
  return folder
}
