import { execa } from 'execa'
import { gitFailure } from './git-failure.ts'

/** What a git process answered. */
export interface GitResult {
  exitCode: number
  stdout: string
  stderr: string
}

/** How to start a git process. */
export interface GitOptions {
  input?: string | Uint8Array
  env?: Readonly<Record<string, string | undefined>>
  /** Exit codes that are answers; any other throws. Default: 0 alone. */
  ok?: readonly number[]
  /** Default: the root of the work tree. */
  cwd?: string
}

const MAX_BUFFER = 2 ** 30

/**
 * Runs git and returns its answer as text.
 *
 * @throws ModelError `git-missing`, `git-identity`, `disk-full`, `git-failed`… by what git said.
 */
export async function git(
  where: { readonly root: string },
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult> {
  const result = await gitBytes(where, args, options)
  return { ...result, stdout: result.stdout.toString('utf8') }
}

/** Runs git and returns its answer as bytes. Errors as {@link git}. */
export async function gitBytes(
  where: { readonly root: string },
  args: readonly string[],
  options: GitOptions = {},
): Promise<{ exitCode: number; stdout: Buffer; stderr: string }> {
  const result = await execa('git', args, {
    cwd: options.cwd ?? where.root,
    // an undefined member takes the variable away
    env: { LC_ALL: 'C', LANGUAGE: 'C', ...options.env },
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    encoding: 'buffer',
    reject: false,
    stripFinalNewline: false,
    maxBuffer: MAX_BUFFER,
  })
  const stderr = Buffer.from(result.stderr ?? []).toString('utf8')
  if (result.exitCode === undefined || !(options.ok ?? [0]).includes(result.exitCode)) {
    throw gitFailure(args, result.exitCode, stderr, result.code)
  }
  return { exitCode: result.exitCode, stdout: Buffer.from(result.stdout ?? []), stderr }
}

/** Runs git and returns what it printed, without surrounding blanks. */
export async function gitLine(
  where: { readonly root: string },
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await git(where, args, options)).stdout.trim()
}
