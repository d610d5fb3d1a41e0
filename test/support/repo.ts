import { execa } from 'execa'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const program = path.join(root, 'dist/bin.js')
const made: string[] = []

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}, 600_000)

/** What a command printed. */
export interface Ran {
  command: string
  stdout: string
  stderr: string
  exitCode: number
}

/** A real repository in a temporary folder. */
export interface TestRepo {
  /** The top of the work tree. */
  readonly dir: string
  path(name: string): string
  write(name: string, content: string | Uint8Array): Promise<void>
  read(name: string): Promise<string>
  bytes(name: string): Promise<Buffer>
  /** Runs git and returns what it printed, trimmed; throws when it fails. */
  git(...args: string[]): Promise<string>
  /** Writes files, stages everything and commits. */
  commit(files: Readonly<Record<string, string | Uint8Array>>, message?: string): Promise<string>
  /** Runs any program there. */
  exec(command: string, args: readonly string[], options?: ExecOptions): Promise<Ran>
  /** Runs git-model there. */
  model(...args: string[]): Promise<Ran>
  /** Runs git-model in a folder below, or with other variables. */
  modelIn(folder: string, args: readonly string[], options?: ExecOptions): Promise<Ran>
}

/** How to start a program. */
export interface ExecOptions {
  cwd?: string
  env?: Readonly<Record<string, string | undefined>>
  input?: string
}

/** Makes an empty temporary folder that goes away after the test file. */
export function temporaryFolder(name = 'git-model-test-'): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), name)))
  made.push(folder)
  return folder
}

/** Makes a repository with one commit of the given files; with no commit where there are none. */
export async function gitdir(
  files: Readonly<Record<string, string | Uint8Array>> = { 'train.py': 'print(1)\n' },
): Promise<TestRepo> {
  const repo = openTestRepo(path.join(temporaryFolder(), 'repo'))
  mkdirSync(repo.dir)
  await repo.git('init', '--quiet')
  if (Object.keys(files).length > 0) await repo.commit(files, 'first')
  return repo
}

/** Clones a repository. */
export async function clone(from: string, ...options: string[]): Promise<TestRepo> {
  const parent = temporaryFolder()
  await execa('git', ['clone', '--quiet', ...options, from, 'clone'], {
    cwd: parent,
    env: { PATH: pathWithProgram() },
  })
  return openTestRepo(path.join(parent, 'clone'))
}

/** A bare remote and two clones of it in which git-model is set up. */
export async function teams(files?: Readonly<Record<string, string | Uint8Array>>): Promise<{
  origin: string
  alice: TestRepo
  bob: TestRepo
}> {
  const alice = await gitdir(files)
  const origin = path.join(temporaryFolder(), 'origin.git')
  await execa('git', ['init', '--quiet', '--bare', origin])
  await alice.git('remote', 'add', 'origin', origin)
  await alice.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  await setUp(alice)
  await alice.commit({}, 'set up git-model')
  await alice.git('push', '--quiet')
  const bob = await clone(origin)
  await bob.git('config', 'user.name', 'Bob')
  await bob.git('config', 'user.email', 'bob@example.org')
  await setUp(bob)
  return { origin, alice, bob }
}

async function setUp(repo: TestRepo): Promise<void> {
  const ran = await repo.model('init')
  if (ran.exitCode !== 0) throw new Error(`init failed: ${ran.stderr}`)
}

/** Returns a repository that is there already. */
export function openTestRepo(dir: string): TestRepo {
  const at = (name: string): string => path.join(dir, name)
  const exec: TestRepo['exec'] = async (command, args, options = {}) => {
    const result = await execa(command, args, {
      cwd: options.cwd ?? dir,
      env: { PATH: pathWithProgram(), ...options.env },
      reject: false,
      stripFinalNewline: false,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    })
    const { stdout, stderr, exitCode = 128 } = result
    return { command: [command, ...args].join(' '), stdout: String(stdout), stderr: String(stderr), exitCode }
  }
  const repo: TestRepo = {
    dir,
    path: at,
    exec,
    async write(name, content) {
      mkdirSync(path.dirname(at(name)), { recursive: true })
      writeFileSync(at(name), content)
    },
    read: async (name) => readFileSync(at(name), 'utf8'),
    bytes: async (name) => readFileSync(at(name)),
    async git(...args) {
      const ran = await exec('git', args)
      if (ran.exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${ran.stderr}${ran.stdout}`)
      return ran.stdout.trim()
    },
    async commit(files, message = 'change') {
      for (const [name, content] of Object.entries(files)) await repo.write(name, content)
      await repo.git('add', '--all')
      await repo.git('commit', '--quiet', '--allow-empty', '-m', message)
      return repo.git('rev-parse', 'HEAD')
    },
    model: async (...args) => named(await exec(process.execPath, [program, ...args]), args),
    modelIn: async (folder, args, options = {}) =>
      named(await exec(process.execPath, [program, ...args], { ...options, cwd: at(folder) }), args),
  }
  return repo
}

let bin: string | undefined

/** The PATH with a folder first in which `git-model` is the program under test. */
export function pathWithProgram(): string {
  if (bin === undefined) {
    bin = temporaryFolder('git-model-bin-')
    chmodSync(program, 0o755)
    symlinkSync(program, path.join(bin, 'git-model'))
  }
  return `${bin}${path.delimiter}${process.env['PATH']}`
}

function named(ran: Ran, args: readonly string[]): Ran {
  return { ...ran, command: ['git model', ...args].join(' ') }
}
