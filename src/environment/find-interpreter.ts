import { closeSync, openSync, readSync } from 'node:fs'
import path from 'node:path'

/** The program that interprets a command: `[program, ...arguments]` to which its own options can be added. */
export interface Interpreter {
  kind: 'python' | 'node'
  command: readonly string[]
}

const PYTHON = /^(?:python|pypy)[\d.]*(?:\.exe)?$/i
const NODE = /^(?:node|nodejs)(?:\.exe)?$/i
const NODE_TOOLS = /^(?:npm|npx|pnpm|yarn|tsx|ts-node|vite-node)$/i
// They run what their arguments name.
const WRAPPERS =
  /^(?:env|nice|nohup|time|timeout|stdbuf|ionice|taskset|numactl|setsid|srun|mpirun|mpiexec|horovodrun|catchsegv|xvfb-run|caffeinate)$/
// Package managers of Python that run a program in an environment: how each is asked to run `python`.
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  uv: ['uv', 'run', '--no-sync', '--offline', 'python'],
  poetry: ['poetry', 'run', 'python'],
  pipenv: ['pipenv', 'run', 'python'],
  pdm: ['pdm', 'run', 'python'],
  hatch: ['hatch', 'run', 'python'],
  rye: ['rye', 'run', 'python'],
}
const CONDA = /^(?:conda|mamba|micromamba)$/

/**
 * Finds out which interpreter a command uses: by its name, by the package manager that runs it, or by the
 * first line (`#!`) of the script that it is.
 */
export function findInterpreter(
  command: readonly string[],
  where: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): Interpreter | undefined {
  const [program = '', verb] = command
  const name = path.basename(program)
  if (PYTHON.test(name)) return { kind: 'python', command: [program] }
  if (NODE.test(name)) return { kind: 'node', command: [program] }
  if (NODE_TOOLS.test(name)) return { kind: 'node', command: ['node'] }
  if (verb === 'run' && Object.hasOwn(RUNNERS, name))
    return { kind: 'python', command: [program, ...RUNNERS[name]!.slice(1)] }
  if (verb === 'run' && CONDA.test(name))
    return { kind: 'python', command: [program, 'run', ...condaEnvironment(command), 'python'] }
  if (/^(?:ba|z|da|k)?sh$/.test(name)) return fromScriptText(command)
  if (WRAPPERS.test(name)) return fromWrapper(command.slice(1), where)
  return fromShebang(program, where)
}

function condaEnvironment(command: readonly string[]): string[] {
  const at = command.findIndex((arg) => /^(?:-n|--name|-p|--prefix)$/.test(arg))
  const joined = command.find((arg) => /^--(?:name|prefix)=/.test(arg))
  if (joined !== undefined) return [joined]
  return at === -1 || command[at + 1] === undefined ? [] : [command[at]!, command[at + 1]!]
}

function fromWrapper(
  args: readonly string[],
  where: Parameters<typeof findInterpreter>[1],
): Interpreter | undefined {
  for (const [index, arg] of args.entries()) {
    if (/^-|=|^\d+\w?$/.test(arg)) continue
    const found = findInterpreter(args.slice(index), where)
    if (found !== undefined) return found
  }
  return undefined
}

function fromScriptText(command: readonly string[]): Interpreter | undefined {
  const at = command.findIndex((arg) => /^-[a-z]*c$/.test(arg))
  const match = /(?:^|[\s;&|(])((?:[\w./-]*\/)?(?:python[\d.]*|node))(?=\s)/.exec(
    at === -1 ? '' : (command[at + 1] ?? ''),
  )
  if (match === null) return undefined
  return { kind: match[1]!.endsWith('node') ? 'node' : 'python', command: [match[1]!] }
}

function fromShebang(program: string, where: Parameters<typeof findInterpreter>[1]): Interpreter | undefined {
  for (const file of candidates(program, where)) {
    const line = readFirstLine(file)
    if (line === undefined) continue
    const words = line.startsWith('#!') ? line.slice(2).trim().split(/\s+/) : []
    if (path.basename(words[0] ?? '') === 'env') words.shift()
    const interpreter = words.find((word) => !/^-|=/.test(word)) ?? ''
    const name = path.basename(interpreter)
    if (PYTHON.test(name)) return { kind: 'python', command: [interpreter] }
    return NODE.test(name) ? { kind: 'node', command: [interpreter] } : undefined
  }
  return undefined
}

function candidates(program: string, { cwd, env }: Parameters<typeof findInterpreter>[1]): string[] {
  if (program === '') return []
  if (/[/\\]/.test(program)) return [path.resolve(cwd, program)]
  return (env['PATH'] ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, program))
}

function readFirstLine(file: string): string | undefined {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const bytes = Buffer.alloc(512)
      return bytes.toString('latin1', 0, readSync(descriptor, bytes)).split('\n')[0]
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}
