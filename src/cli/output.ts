import { makeColors, wantsColor, type Colors } from './colors.ts'

/** A stream of the process. */
export interface Stream {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

/** Where a command's words go: results to stdout, everything else to stderr. */
export interface Output {
  /** Prints a result; adds the last newline where it is missing. */
  result(text: string): void
  /** Prints one JSON object. */
  json(value: { readonly schema: string; readonly [member: string]: unknown }): void
  /** Prints a line about what was done. */
  status(text: string): void
  /** Prints a warning, and what to type. */
  warn(text: string, hint?: string): void
  /** Shows what is being done, where somebody watches. */
  progress(text: string): void
  readonly colors: Colors
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean
  /** Columns of stdout; 100 where it is no terminal. */
  readonly width: number
}

/** Makes the output of a process. */
export function makeOutput(
  stdout: Stream,
  stderr: Stream,
  env: Readonly<Record<string, string | undefined>>,
): Output {
  const isTerminal = stdout.isTTY === true
  const errors = makeColors(wantsColor(stderr.isTTY === true, env))
  let shown = false
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K')
    shown = false
  }
  const print = (text: string): void => {
    clear()
    stderr.write(`${text}\n`)
  }
  return {
    result: (text) => {
      clear()
      if (text !== '') stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    },
    json: (value) => {
      clear()
      stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
    },
    status: print,
    warn: (text, hint) => {
      print(`${errors.yellow('warning:')} ${text}`)
      if (hint !== undefined) print(`${errors.cyan('hint:')} ${hint}`)
    },
    progress: (text) => {
      if (stderr.isTTY !== true) return
      clear()
      stderr.write(errors.dim(`${text} …`))
      shown = true
    },
    colors: makeColors(wantsColor(isTerminal, env)),
    isTerminal,
    width: isTerminal ? (stdout.columns ?? 80) : 100,
  }
}
