import { expect } from 'vitest'
import { writeFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder, type Ran, type TestRepo } from '../support/repo.ts'

/** What no output may hold: controls but line ends and tabs, bidirectional and other invisible characters. */
const ACTS_ON_A_TERMINAL = /(?![\n\t]|\r\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/** How a command fared, and the most memory it held, in bytes. */
export interface Fared extends Ran {
  seconds: number
  memory: number
}

const WITNESS = `
import { writeFileSync } from 'node:fs'
process.on('exit', () => {
  if (process.argv[1]?.endsWith('bin.js'))
    writeFileSync(process.env.HOSTILE_WITNESS, String(process.resourceUsage().maxRSS * 1024))
})
`

let witness: { script: string; folder: string } | undefined
let count = 0

/** Runs git-model and checks what must hold whatever a remote says: it ends in time, and knows what it does. */
export async function survives(
  repo: TestRepo,
  args: readonly string[],
  limits: { seconds?: number; memory?: number } = {},
): Promise<Fared> {
  if (witness === undefined) {
    const folder = temporaryFolder('git-model-witness-')
    witness = { script: path.join(folder, 'witness.mjs'), folder }
    writeFileSync(witness.script, WITNESS)
  }
  const said = path.join(witness.folder, `memory-${(count += 1)}`)
  const begin = performance.now()
  const ran = await repo.modelIn('.', args, {
    env: { NODE_OPTIONS: `--import=file://${witness.script}`, HOSTILE_WITNESS: said },
  })
  const seconds = (performance.now() - begin) / 1000
  expect([0, 1, 2], `${ran.command}: ${ran.stderr.slice(-2000)}`).toContain(ran.exitCode)
  expect(ran.stderr, ran.command).not.toContain('bug in git-model')
  expectSafe(ran.stdout, ran.command)
  expectSafe(ran.stderr, ran.command)
  expect(seconds, ran.command).toBeLessThan(limits.seconds ?? 100)
  const memory = Number(readFileSync(said, 'utf8'))
  expect(memory, `${ran.command}: memory`).toBeLessThan(limits.memory ?? 600e6)
  return { ...ran, seconds, memory }
}

/** Checks that nothing in a text acts on a terminal or hides from the eye. */
export function expectSafe(text: string, what: string): void {
  const found = ACTS_ON_A_TERMINAL.exec(text)
  const around =
    found === null ? '' : JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 20))
  expect(found?.[0].codePointAt(0)?.toString(16), `${what}: ${around}`).toBeUndefined()
}

const EVERY = 'name,author,notes,branch,command,params.*,tags.*,metrics.*'

/** Every command that reads what a remote wrote of runs. `TARGET` is a run. */
export const READERS: readonly (readonly string[])[] = [
  ['runs', '--columns', EVERY],
  ['runs', '--format', 'md', '--columns', EVERY],
  ['runs', '--format', 'csv', '--columns', EVERY],
  ['runs', '--json'],
  ['doctor'],
  ['diff', 'HEAD', 'TARGET'],
  ['diff', 'HEAD', 'TARGET', '--format', 'md'],
  ['diff', 'TARGET', 'HEAD', '--json'],
  ['show', 'TARGET'],
  ['show', 'TARGET', '--json'],
  ['checkout', 'TARGET'],
]
