import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Of what the digests for `git log` were made. */
export interface DigestState {
  /** The notes commit of the runs; empty before the first time. */
  tip: string
  /** The metric and its goal. */
  judge: string
  /** The commit of the digests themselves. */
  view: string
}

/** Reads of what the digests were made; undefined where none are wanted. */
export function readDigestState(commonDir: string): DigestState | undefined {
  try {
    const {
      tip = '',
      judge = '',
      view = '',
    } = JSON.parse(readFileSync(stateFile(commonDir), 'utf8')) as Partial<DigestState>
    return { tip, judge, view }
  } catch (error) {
    // A damaged one: they are made anew.
    return (error as NodeJS.ErrnoException).code === undefined ? { tip: '', judge: '', view: '' } : undefined
  }
}

/** Notes of what the digests were made, or that they are wanted. */
export function writeDigestState(commonDir: string, state: DigestState): void {
  const file = stateFile(commonDir)
  const temporary = `${file}-${randomBytes(6).toString('hex')}`
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(temporary, JSON.stringify(state))
  renameSync(temporary, file)
}

/** Notes that no digests are wanted. */
export function removeDigestState(commonDir: string): void {
  rmSync(stateFile(commonDir), { force: true })
}

function stateFile(commonDir: string): string {
  return path.join(commonDir, 'model', 'digest')
}
