import { spawn, type ChildProcess } from 'node:child_process'
import { ModelError } from '../domain/errors.ts'
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
  /** The longest answer, in bytes: git is ended when it says more. Default and most: 500 MiB. */
  largest?: number
}

// Node makes no text of more than 512 MiB.
const LARGEST = 500 * 2 ** 20

/** The longest listing of a tree that is read, in bytes: about a million files. */
export const LARGEST_LISTING = 2 ** 27

/**
 * Runs git and returns its answer as text.
 *
 * @throws ModelError `git-missing`, `git-identity`, `disk-full`, `git-failed`… by what git said; `too-large`.
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
): Promise<GitBytes> {
  for (let attempt = 1; ; attempt++) {
    const answer = await runOnce(where, args, options)
    const { exitCode, stderr, systemCode } = answer
    if (exitCode !== undefined && (options.ok ?? [0]).includes(exitCode)) return { ...answer, exitCode }
    if (attempt === ATTEMPTS || !LOST_FOLDER.test(stderr))
      throw gitFailure(args, exitCode, stderr, systemCode)
  }
}

interface GitBytes {
  exitCode: number
  stdout: Buffer
  stderr: string
}

// git gc takes empty folders of objects away, even one that another process of git has just made for its object. What
// writes objects can be run again: it writes the same ones.
const LOST_FOLDER = /unable to (?:create temporary file|write file [^\n]*): No such file or directory/
const ATTEMPTS = 10

async function runOnce(
  where: { readonly root: string },
  args: readonly string[],
  options: GitOptions,
): Promise<Omit<GitBytes, 'exitCode'> & Awaited<ReturnType<typeof ended>>> {
  const child = spawn('git', args, {
    cwd: options.cwd ?? where.root,
    // an undefined member takes the variable away
    env: { ...process.env, LC_ALL: 'C', LANGUAGE: 'C', ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const largest = options.largest ?? LARGEST
  const errors: Buffer[] = []
  const output: Buffer[] = []
  let length = 0
  child.stderr!.on('data', (chunk: Buffer) => errors.push(chunk))
  child.stdout!.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > largest) child.kill()
    else output.push(chunk)
  })
  // Git may end before it has read all: its exit code says more than the broken pipe.
  child.stdin?.on('error', () => undefined).end(options.input)
  const end = await ended(child)
  if (length > largest) throw tooLarge(args, largest)
  return { ...end, stdout: Buffer.concat(output), stderr: Buffer.concat(errors).toString('utf8') }
}

/** Waits until a process has ended and its output was read; an exit code is undefined where there is none. */
export function ended(
  child: ChildProcess,
): Promise<{ exitCode: number | undefined; systemCode: string | undefined }> {
  return new Promise((resolve) => {
    let systemCode: string | undefined
    child.on('error', (error: NodeJS.ErrnoException) => {
      systemCode = error.code
      // Of a program that never started nothing else is heard.
      if (child.pid === undefined) resolve({ exitCode: undefined, systemCode })
    })
    child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? undefined, systemCode }))
  })
}

/** Runs git and returns what it printed, without surrounding blanks. */
export async function gitLine(
  where: { readonly root: string },
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await git(where, args, options)).stdout.trim()
}

function tooLarge(args: readonly string[], largest: number): ModelError {
  const what = args.find((arg) => /^[a-z]/.test(arg)) ?? 'git'
  return new ModelError(
    'too-large',
    `git ${what} answered with more than ${Math.round(largest / 2 ** 20)} MiB, which is more than is read`,
    {
      hints: ['see who made a tree of so many files: git log', 'git model doctor'],
      data: { command: ['git', ...args.slice(0, 6)], largest },
    },
  )
}
