import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { gitFailure } from './git-failure.ts'
import { ended } from './run-git.ts'

/** Takes what `git cat-file` says, piece by piece, and tells whether that was all. A piece is valid until it returns. */
export type Answer = (chunk: Buffer) => boolean

/** How long a process waits for the next question, in ms. */
const PATIENCE = 1000
/** So many commands are sent before git is told to answer: it keeps them in memory until then. */
const AT_ONCE = 1000
/** How much of what git complains of is kept, in characters. */
const LONGEST_COMPLAINT = 10_000

const ARGS = ['cat-file', '--batch-command', '--buffer']

/**
 * Asks `git cat-file --batch-command`. There is one process for each repository, which takes all questions of a
 * command one after the other and ends when nothing was asked for a while, for starting it takes far longer than an
 * answer. It sees what is written meanwhile: objects, packs and refs.
 *
 * @param commands - such as `info HEAD^{tree}` and `contents <oid>`; none has a newline.
 * @throws ModelError `git-missing`, `not-a-repository`, `git-failed`… by what git said.
 */
export function askCatFile(root: string, commands: readonly string[], answer: Answer): Promise<void> {
  // What is staged is read once by each process.
  const isStaged = commands.some((command) => command.includes(' :'))
  const session = isStaged ? new Session(root) : (sessions.get(root) ?? open(root))
  return session.ask(commands, answer)
}

/** Starts the process of a repository, which can be asked before anybody knows where that is. @param cwd - a folder in it. */
export function prepareCatFile(cwd: string): { adopt: (root: string) => void } {
  const session = sessions.get(cwd) ?? open(cwd)
  session.start()
  return {
    adopt: (root) => {
      if (!sessions.has(root)) sessions.set(root, session)
    },
  }
}

const sessions = new Map<string, Session>()

function open(root: string): Session {
  const session = new Session(root)
  sessions.set(root, session)
  return session
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** A process, and those that come after it where one ended. */
class Session {
  readonly #cwd: string
  #running: Running | undefined
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #idle: NodeJS.Timeout | undefined

  constructor(cwd: string) {
    this.#cwd = cwd
  }

  start(): void {
    if (this.#running?.isOver !== false) this.#running = new Running(this.#cwd)
    if (this.#waiting === 0) this.#rest()
  }

  // One question at a time: when git fails, it is clear which one it was.
  ask(commands: readonly string[], answer: Answer): Promise<void> {
    clearTimeout(this.#idle)
    this.#waiting += 1
    const asked = this.#last.then(() => this.#askNow(commands, answer))
    this.#last = asked
      .catch(() => undefined)
      .then(() => {
        this.#waiting -= 1
        if (this.#waiting === 0) this.#rest()
      })
    return asked
  }

  async #askNow(commands: readonly string[], answer: Answer): Promise<void> {
    if (this.#running?.isOver !== false) this.#running = new Running(this.#cwd)
    try {
      await this.#running.ask(commands, answer)
    } catch (error) {
      this.#running.end()
      this.#running = undefined
      throw error
    }
  }

  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      this.#running?.end()
      this.#running = undefined
    }, PATIENCE)
    this.#idle.unref()
  }
}

/** One process. It keeps the program from ending only while it is asked. */
class Running {
  readonly #child: Child
  readonly #over: Promise<never>
  #complaint = ''
  #push: ((chunk: Buffer) => void) | undefined
  isOver = false

  constructor(cwd: string) {
    this.#child = spawn('git', ARGS, {
      cwd,
      env: { ...process.env, LC_ALL: 'C', LANGUAGE: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const { stdin, stdout, stderr } = this.#child
    stdin.on('error', () => undefined)
    stderr.on('data', (chunk: Buffer) => {
      if (this.#complaint.length < LONGEST_COMPLAINT) this.#complaint += chunk.toString('utf8')
    })
    stdout.on('data', (chunk: Buffer) => this.#push?.(chunk))
    this.#over = ended(this.#child).then(({ exitCode, systemCode }) => {
      this.isOver = true
      throw gitFailure(ARGS, exitCode, this.#complaint, systemCode)
    })
    this.#over.catch(() => undefined)
    this.#hold(false)
  }

  async ask(commands: readonly string[], answer: Answer): Promise<void> {
    this.#hold(true)
    try {
      const answered = new Promise<void>((resolve, reject) => {
        this.#push = (chunk) => {
          try {
            if (answer(chunk)) resolve()
          } catch (error) {
            reject(error)
          }
        }
      })
      for (let at = 0; at < commands.length; at += AT_ONCE)
        this.#child.stdin.write(`${commands.slice(at, at + AT_ONCE).join('\n')}\nflush\n`)
      await Promise.race([answered, this.#over])
    } finally {
      this.#push = undefined
      this.#hold(false)
    }
  }

  end(): void {
    this.#child.stdin.end()
    this.#child.kill()
  }

  #hold(holds: boolean): void {
    for (const handle of [this.#child, ...this.#child.stdio] as unknown as NodeJS.Timeout[]) {
      if (holds) handle?.ref?.()
      else handle?.unref?.()
    }
  }
}
