import type { Ran } from './repo.ts'

/** Writes what a command printed and how it ended, with everything that differs between two runs replaced. */
export function formatTranscript(ran: Ran): string {
  const part = (name: string, text: string): string => (text === '' ? '' : `${name}:\n${stable(text)}`)
  return [
    `$ ${stable(ran.command)}\n`,
    part('stdout', ran.stdout),
    part('stderr', ran.stderr),
    `exit: ${ran.exitCode}\n`,
  ]
    .filter((text) => text !== '')
    .join('')
}

/** Replaces object names, times, durations, invented names and temporary paths. */
export function stable(text: string): string {
  return text
    .replaceAll(/(?:\/[\w.-]+)*\/git-model-test-\w+/g, '<tmp>')
    .replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g, '<oid>')
    .replaceAll(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,16}\b/g, '<id>')
    .replaceAll(/\b\d{12}\b/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replaceAll(/\b[a-z]+-[a-z]+-\d{1,5}\b/g, '<name>')
    .replaceAll(/\b\d+(?:\.\d+)? ?(?:ms|s)\b/g, '<duration>')
}
