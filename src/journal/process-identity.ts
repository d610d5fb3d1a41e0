import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ProcessIdentity } from '../domain/journal-event.ts'

/** Whether a process lives; `unknown` when it belongs to another machine, container or boot that is not ours to judge. */
export type Liveness = 'alive' | 'dead' | 'unknown'

/** Names a process of this machine. */
export function identifyProcess(pid: number): ProcessIdentity {
  const started = startTime(pid)
  return { pid, host: thisHost(), ...(started !== undefined && { started }) }
}

/** Tells whether a process lives. A pid that was given to another process since counts as dead. */
export function judgeProcess(process: ProcessIdentity): Liveness {
  const [machine, boot] = process.host.split(':')
  const [ourMachine, ourBoot] = thisHost().split(':')
  if (machine !== ourMachine) return 'unknown'
  if (boot !== ourBoot) return 'dead'
  if (!exists(process.pid)) return 'dead'
  const started = startTime(process.pid)
  return process.started !== undefined && started !== undefined && started !== process.started
    ? 'dead'
    : 'alive'
}

let host: string | undefined

// The machine is a digest: journals stay private, but a record must never carry a host name.
function thisHost(): string {
  host ??= `${digest(machineName())}:${digest(tryRead('/proc/sys/kernel/random/boot_id') ?? '')}`
  return host
}

function machineName(): string {
  const id = tryRead('/etc/machine-id') ?? ''
  return `${hostname()} ${id} ${tryLink('/proc/self/ns/pid')}`
}

// Field 22 of /proc/PID/stat, counted after the command's closing parenthesis (proc(5)).
function startTime(pid: number): string | undefined {
  const stat = tryRead(`/proc/${pid}/stat`)
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  if (process.platform === 'linux' || process.platform === 'win32') return undefined
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function isZombie(pid: number): boolean {
  const stat = tryRead(`/proc/${pid}/stat`)
  return stat !== undefined && /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

// Loaded when it is needed: most commands find no journal.
function digest(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

function tryRead(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function tryLink(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
