import { execa } from 'execa'
import { constants } from 'node:os'
import { ALLOW_VARIABLE } from '../domain/allow-secrets.ts'
import { ModelError } from '../domain/errors.ts'
import type { RunExit, RunStatus } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { appendEvent } from '../journal/append-event.ts'
import { identifyProcess } from '../journal/process-identity.ts'
import type { StartedRun } from './start-run.ts'

/** Signals that ask a command to end. */
const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
/** Signals that tell a command something: a scheduler that its time is nearly up, for instance. */
const TELLING: readonly NodeJS.Signals[] = ['SIGUSR1', 'SIGUSR2']
const OF_TERMINALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']

/** How a command ended. */
export interface CommandEnd {
  status: Exclude<RunStatus, 'running'>
  exit: RunExit
  /** What a program that only runs this command should exit with. */
  exitCode: number
  /** Why it never started. */
  missing?: ModelError
}

/**
 * Executes the command of a run and waits for its end. Its standard streams are ours, signals that reach us are passed on,
 * and the journal learns which process it is.
 *
 * @param env - variables that it gets beside ours.
 */
export async function executeCommand(
  world: World,
  command: readonly string[],
  started: StartedRun,
  env: Readonly<Record<string, string>>,
): Promise<CommandEnd> {
  const [program, ...args] = command
  let child: ReturnType<typeof start> | undefined
  let ending: NodeJS.Signals | undefined
  const forward = (signal: NodeJS.Signals): void => {
    if (ENDING.includes(signal)) ending = signal
    // A terminal sends these to the whole process group: the command has them already.
    if (!process.stdin.isTTY || !OF_TERMINALS.includes(signal)) child?.kill(signal)
  }
  // Before the command starts: it may be the first to be told.
  for (const signal of [...ENDING, ...TELLING]) process.on(signal, forward)
  try {
    child = start(world, program!, args, started, env)
    if (child.pid !== undefined) {
      appendEvent(started.folder, { time: world.now(), process: identifyProcess(child.pid) })
    }
    return judge(await child, ending, program!)
  } finally {
    for (const signal of [...ENDING, ...TELLING]) process.off(signal, forward)
  }
}

function start(
  world: World,
  program: string,
  args: readonly string[],
  started: StartedRun,
  env: Readonly<Record<string, string>>,
) {
  return execa(program, args, {
    cwd: world.cwd,
    stdio: 'inherit',
    reject: false,
    cleanup: false,
    env: {
      GIT_MODEL_RUN: started.run,
      GIT_MODEL_JOURNAL: started.folder,
      [ALLOW_VARIABLE]: started.allowed.join('\n'),
      ...env,
    },
  })
}

function judge(
  result: { exitCode?: number | undefined; signal?: string | undefined; code?: string | undefined },
  ending: NodeJS.Signals | undefined,
  program: string,
): CommandEnd {
  if (result.exitCode !== undefined) {
    const code = result.exitCode
    const isKilled = code !== 0 && ending !== undefined
    return {
      status: isKilled ? 'killed' : code === 0 ? 'finished' : 'failed',
      exit: { code },
      exitCode: code,
    }
  }
  if (result.signal !== undefined) {
    const { signal } = result
    return {
      status: 'killed',
      exit: { signal },
      exitCode: 128 + (constants.signals[signal as NodeJS.Signals] ?? 0),
    }
  }
  const isMissing = result.code === 'ENOENT'
  const code = isMissing ? 127 : 126
  const what = isMissing ? 'was not found' : 'cannot be started'
  const missing = new ModelError('command-missing', `the command "${program}" ${what}`, {
    hints: ['check the spelling; everything after -- is the command: git model run -- python train.py'],
    data: { command: program },
  })
  return { status: 'failed', exit: { code }, exitCode: code, missing }
}
