import { execa } from 'execa'

/** Where and how long programs are asked. */
export interface Probe {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** How long one program may take, in milliseconds. */
  readonly limit: number
}

/** Asks a program. Returns what it writes to stdout; undefined when it is missing, fails or takes too long. */
export async function runProbe(
  probe: Probe,
  program: string,
  args: readonly string[],
): Promise<string | undefined> {
  // A group of its own: a limit ends what the program started as well, and Ctrl-C is none of its business.
  const isGroup = process.platform !== 'win32'
  const child = execa(program, args, {
    cwd: probe.cwd,
    env: probe.env,
    extendEnv: false,
    stdin: 'ignore',
    stderr: 'ignore',
    reject: false,
    detached: isGroup,
    maxBuffer: 4_000_000,
  })
  const timer = setTimeout(() => endGroup(child.pid, isGroup), probe.limit)
  try {
    const { failed, stdout } = await child
    return failed ? undefined : stdout
  } finally {
    clearTimeout(timer)
  }
}

function endGroup(pid: number | undefined, isGroup: boolean): void {
  if (pid === undefined) return
  try {
    process.kill(isGroup ? -pid : pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
