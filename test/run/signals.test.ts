import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { gitdir, pathWithProgram, type TestRepo } from '../support/repo.ts'

it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
  'passes %s on to the command, which decides what becomes of it',
  async (signal) => {
    const repo = await gitdir()
    const caught = await signalled(repo, signal, `trap 'echo caught; exit 0' ${signal.slice(3)}`)
    expect(caught).toMatchObject({ exitCode: 0, stdout: 'ready\ncaught\n' })
    expect(caught.stderr).not.toContain('Debugger')
    expect(await newest(repo)).toMatchObject({ status: 'finished', exit: { code: 0 } })

    const ended = await signalled(repo, signal, '')
    expect(ended).toMatchObject({ stdout: 'ready\n' })
    expect(await newest(repo)).toMatchObject({ status: 'killed', exit: { signal } })
  },
)

/** Runs a shell that waits, and sends the signal to git-model alone as soon as the shell is ready. */
async function signalled(
  repo: TestRepo,
  signal: NodeJS.Signals,
  trap: string,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const script = `${trap}\necho ready; i=0; while [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); done`
  const command = ['git-model', 'run', '--no-mlflow', '--', 'sh', '-c', script]
  const child = spawn(command[0]!, command.slice(1), {
    cwd: repo.dir,
    env: { ...process.env, PATH: pathWithProgram() },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    if (stdout === 'ready\n') child.kill(signal)
  })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exitCode, stdout, stderr }
}

async function newest(repo: TestRepo): Promise<unknown> {
  const { stdout } = await repo.model('runs', '--limit', '1', '--json')
  const { runs } = JSON.parse(stdout) as { runs: { run: string }[] }
  return parse(await repo.git('notes', '--ref=model/runs', 'show', runs[0]!.run))
}
