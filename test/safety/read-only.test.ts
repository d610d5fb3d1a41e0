import { execa } from 'execa'
import { expect, it } from 'vitest'
import { gitdir, pathWithProgram, type Ran, type TestRepo } from '../support/repo.ts'

/** Runs git-model as somebody who may read the repository and write nothing in it: root may, until it gives that up. */
async function asReader(
  repo: TestRepo,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Pick<Ran, 'exitCode' | 'stderr' | 'stdout'>> {
  const command = ['git-model', ...args]
  const isRoot = process.getuid?.() === 0
  const [file, ...rest] = isRoot ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all', ...command] : command
  const ran = await execa(file!, rest, {
    cwd: repo.dir,
    env: { PATH: pathWithProgram(), ...env },
    reject: false,
    stripFinalNewline: false,
  })
  return { exitCode: ran.exitCode ?? 128, stderr: ran.stderr, stdout: ran.stdout }
}

it('in a repository that cannot be written, reading works and writing says why', async () => {
  const repo = await gitdir()
  await repo.model('run', '-n', 'base', '--', 'sh', '-c', 'git model log acc=0.5 --step 1')
  // Its journal waits for being folded, which cannot be done either.
  const script = 'git model log acc=0.9; kill -9 0'
  await repo.exec('setsid', ['--wait', 'git-model', 'run', '-n', 'killed', '--', 'sh', '-c', script])
  await repo.exec('chmod', ['-R', 'a-w', repo.dir])

  // What git's own tests set, to be somebody else.
  const distrusted = await asReader(repo, ['runs'], { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' })
  expect(distrusted.stderr).toContain('error: git does not trust this repository')

  const listed = await asReader(repo, ['runs'])
  expect(listed.exitCode, listed.stderr).toBe(0)
  expect(listed.stdout).toContain('base')
  expect(listed.stdout).toMatch(/killed .* 0\.9/)
  expect((await asReader(repo, ['show', 'base'])).exitCode).toBe(0)

  const { stdout: diagnosis } = await asReader(repo, ['doctor'])
  expect(diagnosis).toMatch(/^1 run +1$/m)
  expect(diagnosis).toMatch(/^1 in a journal +1$/m)
  expect(diagnosis).toContain('what is in a journal is safe, and in this clone alone: git model doctor --fix')

  for (const args of [
    ['run', '-n', 'no', '--', 'true'],
    ['log', '--run', 'base', 'acc=0.7', '--step', '2'],
    ['init'],
    ['sync'],
    ['doctor', '--fix'],
  ]) {
    const ran = await asReader(repo, args)
    expect(ran.exitCode, `${args.join(' ')}\n${ran.stderr}${ran.stdout}`).toBe(1)
    expect(`${ran.stderr}${ran.stdout}`, args.join(' ')).toMatch(/hint: |git model/)
    expect(`${ran.stderr}${ran.stdout}`, args.join(' ')).not.toMatch(/\n\s+at /)
  }

  await repo.exec('chmod', ['-R', 'u+w', repo.dir])
  expect((await repo.model('runs')).stdout).toMatch(/killed +killed .* 0\.9/)
  expect((await repo.model('run', '-n', 'after', '--', 'true')).exitCode).toBe(0)
  expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
})
