/** A command of a session in the documentation, and what it is said to print. */
export interface Step {
  /** What is typed; several lines where the shell asks for more with `>`. */
  command: string
  /** The lines below it. `…` stands for any lines, or inside a line for any text. */
  printed: string[]
}

/** Reads the sessions of a Markdown page: its ```console blocks, one after the other. */
export function readSession(markdown: string): Step[] {
  const steps: Step[] = []
  for (const [, block] of markdown.matchAll(/^```console\n(.*?)^```$/gms)) {
    for (const line of block!.trimEnd().split('\n')) readLine(line, steps)
  }
  return steps
}

function readLine(line: string, steps: Step[]): void {
  const last = steps.at(-1)
  if (line.startsWith('$ ')) steps.push({ command: line.slice(2), printed: [] })
  else if (last === undefined) throw new Error(`a session begins with a command, not with "${line}"`)
  else if (line.startsWith('> ')) last.command += `\n${line.slice(2)}`
  else last.printed.push(line)
}

/**
 * Writes a session as a shell script that runs all commands in one shell and tells them apart: after each command
 * comes a line with the mark and the exit code.
 */
export function toScript(steps: readonly Step[], mark: string): string {
  const parts = steps.map(({ command }) => `${command}\n__code=$?; echo; echo "${mark} $__code"`)
  return ['exec 2>&1', ...parts, ''].join('\n')
}

/** Tells what a command printed from what it is said to print; undefined when they agree. */
export function compareOutput(said: readonly string[], printed: string): string | undefined {
  const pattern = said.map((line) => (line === '…' ? '(?:.*\n)*?' : `${toPattern(line)}\n`)).join('')
  const actual = splitLines(printed)
    .map((line) => `${normalise(line)}\n`)
    .join('')
  return new RegExp(`^${pattern}$`).test(actual) ? undefined : printed
}

function toPattern(line: string): string {
  return normalise(line)
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*')
}

function splitLines(text: string): string[] {
  const trimmed = text.replace(/\n+$/, '')
  return trimmed === '' ? [] : trimmed.split('\n')
}

// Object names, numbers, durations and the width of columns differ from run to run; everything else is compared.
function normalise(line: string): string {
  return line
    .replaceAll(/(?<![\w.])(?=[0-9a-f]*\d)[0-9a-f]{7,64}(?![\w.])/g, 'ID')
    .replaceAll(/\b\d+(?:\.\d+)?(?:ms|s)\b/g, 'DURATION')
    .replaceAll(/\b\d+(?:\.\d+)?/g, 'N')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
