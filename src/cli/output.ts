import { safeJson } from '../domain/safe-json.ts'
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
  /** Prints a warning, and what to type: a hint on each line of `hint`. */
  warn(text: string, hint?: string): void
  /** Prints an error that `report-error` wrote. */
  error(text: string): void
  /** Shows what is being done, where somebody watches. */
  progress(text: string): void
  /** The colours of stdout. */
  readonly colors: Colors
  /** The colours of stderr. */
  readonly errorColors: Colors
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
  const errorColors = makeColors(wantsColor(stderr.isTTY === true, env))
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
      stdout.write(`${safeJson(value, 2)}\n`)
    },
    status: print,
    warn: (text, hint) => {
      print(`${errorColors.yellow('warning:')} ${text}`)
      for (const line of hint?.split('\n') ?? []) print(`${errorColors.cyan('hint:')} ${line}`)
    },
    error: print,
    progress: (text) => {
      if (stderr.isTTY !== true) return
      clear()
      // A line that wraps could not be taken away again.
      stderr.write(errorColors.dim(`${text.slice(0, (stderr.columns || 80) - 3)} …`))
      shown = true
    },
    colors: makeColors(wantsColor(isTerminal, env)),
    errorColors,
    isTerminal,
    // Some terminals say 0.
    width: isTerminal ? stdout.columns || 80 : 100,
  }
}
