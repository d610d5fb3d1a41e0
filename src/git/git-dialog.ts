import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { ended } from './run-git.ts'

/** How long a process waits for the next question, in milliseconds. */
const IDLE = 30_000

/** A git process that answers questions with lines, one after the other. It is started when one is asked. */
export class GitDialog {
  readonly #root: string
  readonly #args: readonly string[]
  #process: AskedProcess | undefined
  #idle: NodeJS.Timeout | undefined
  #isOver = false

  constructor({ root }: { readonly root: string }, args: readonly string[]) {
    this.#root = root
    this.#args = args
  }

  /**
   * Asks.
   *
   * @param findEnd - where the answer ends in what was said, with its end; undefined while more is to come.
   * @throws Error when the process ends instead: what was asked may have been done or not.
   */
  async ask(question: string, findEnd: FindEnd): Promise<string> {
    clearTimeout(this.#idle)
    const asked = (this.#process ??= new AskedProcess(this.#root, this.#args))
    try {
      return await asked.ask(question, findEnd)
    } catch (error) {
      if (this.#process === asked) this.#process = undefined
      throw error
    } finally {
      clearTimeout(this.#idle)
      this.#idle = setTimeout(() => this.#release(), this.#isOver ? 0 : IDLE).unref()
    }
  }

  /** Lets the process go. What is asked all the same is answered by one that goes at once. */
  end(): void {
    this.#isOver = true
    this.#release()
  }

  #release(): void {
    clearTimeout(this.#idle)
    this.#process?.end()
    this.#process = undefined
  }
}

/** Finds the end of an answer. */
export type FindEnd = (said: string) => number | undefined

/** The end of an answer that has so many lines. */
export function afterLines(count: number): FindEnd {
  return (said) => {
    let end = 0
    for (let line = 0; line < count; line++) {
      end = said.indexOf('\n', end) + 1
      if (end === 0) return undefined
    }
    return end
  }
}

interface Question {
  readonly findEnd: FindEnd
  readonly resolve: (answer: string) => void
  readonly reject: (error: Error) => void
}

class AskedProcess {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: Question[] = []
  #said = ''
  #hasEnded = false

  constructor(root: string, args: readonly string[]) {
    this.#child = spawn('git', args, {
      cwd: root,
      env: { ...process.env, LC_ALL: 'C', LANGUAGE: 'C' },
      windowsHide: true,
    })
    // It ends with its input, which ends with this process at the latest.
    this.#child.stdin.on('error', () => undefined)
    this.#child.stderr.resume()
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    void ended(this.#child).then(() => {
      this.#hasEnded = true
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`git ${args.join(' ')} ended`))
    })
  }

  ask(question: string, findEnd: FindEnd): Promise<string> {
    if (this.#hasEnded) return Promise.reject(new Error('git ended'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ findEnd, resolve, reject })
      this.#child.stdin.write(question)
    })
  }

  end(): void {
    this.#child.stdin.end()
  }

  #read(text: string): void {
    this.#said += text
    for (;;) {
      const end = this.#waiting[0]?.findEnd(this.#said)
      if (end === undefined) return
      this.#waiting.shift()!.resolve(this.#said.slice(0, end))
      this.#said = this.#said.slice(end)
    }
  }
}
