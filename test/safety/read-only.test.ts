import { execa } from 'execa'
import { expect, it } from 'vitest'
import path from 'node:path'
import { gitdir, pathWithProgram, type Ran, type TestRepo } from '../support/repo.ts'

const NOBODY = '65534'

/** Runs git-model as somebody who may read the repository and write nothing in it: root may write anywhere. */
async function asReader(
  repo: TestRepo,
  ...args: string[]
): Promise<Pick<Ran, 'exitCode' | 'stderr' | 'stdout'>> {
  const command = ['git-model', ...args]
  const isRoot = process.getuid?.() === 0
  const [file, ...rest] = isRoot
    ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command]
    : command
  const ran = await execa(file!, rest, {
    cwd: repo.dir,
    env: {
      PATH: pathWithProgram(),
    },
    reject: false,
    stripFinalNewline: false,
  })
  return { exitCode: ran.exitCode ?? 128, stderr: ran.stderr, stdout: ran.stdout }
}

it('in a repository that cannot be written, reading works and writing says why', async () => {
  const repo = await gitdir()
  await repo.model('run', '-n', 'base', '--', 'sh', '-c', 'git model log acc=0.5 --step 1')
  for (const folder of [path.dirname(repo.dir), path.dirname(pathWithProgram().split(path.delimiter)[0]!)])
    await repo.exec('chmod', ['a+rx', folder])
  await repo.exec('chmod', ['a+rx', pathWithProgram().split(path.delimiter)[0]!])
  await repo.exec('chmod', ['-R', 'a+rX,a-w', repo.dir])
  if (process.getuid?.() === 0) {
    const distrusted = await asReader(repo, 'runs')
    expect(distrusted.stderr).toContain('error: git does not trust this repository')
    await repo.exec('chown', ['-R', NOBODY, repo.dir])
  }

  const listed = await asReader(repo, 'runs')
  expect(listed.exitCode, listed.stderr).toBe(0)
  expect(listed.stdout).toContain('base')
  expect((await asReader(repo, 'show', 'base')).exitCode).toBe(0)

  for (const args of [
    ['run', '-n', 'no', '--', 'true'],
    ['log', '--run', 'base', 'acc=0.7', '--step', '2'],
    ['init'],
    ['doctor', '--fix'],
  ]) {
    const ran = await asReader(repo, ...args)
    expect(ran.exitCode, `${args.join(' ')}\n${ran.stderr}${ran.stdout}`).toBe(1)
    expect(`${ran.stderr}${ran.stdout}`, args.join(' ')).toMatch(/hint: |git model/)
    expect(`${ran.stderr}${ran.stdout}`, args.join(' ')).not.toMatch(/\n\s+at /)
  }

  await repo.exec('chmod', ['-R', 'u+w', repo.dir])
  if (process.getuid?.() === 0) await repo.exec('chown', ['-R', '0', repo.dir])
  expect((await repo.model('runs')).stdout).toBe(listed.stdout)
  expect((await repo.model('run', '-n', 'after', '--', 'true')).exitCode).toBe(0)
  expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
})
