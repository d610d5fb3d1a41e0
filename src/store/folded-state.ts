import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../git/object-writer.ts'

/**
 * Tells whether what remotes have was folded into the local refs before.
 *
 * @param state - as `fetchedState` returns it.
 */
export function isFolded(commonDir: string, state: string): boolean {
  try {
    return readFileSync(markerPath(commonDir), 'utf8') === state
  } catch {
    return state === ''
  }
}

/** Notes what was folded. The hooks compare the same text, and start no program when nothing is new. */
export function markFolded(commonDir: string, state: string): void {
  const file = markerPath(commonDir)
  const temporary = path.join(temporaryFolder({ commonDir }), `folded-${process.pid}-${randomName(6)}`)
  mkdirSync(path.dirname(temporary), { recursive: true })
  writeFileSync(temporary, state)
  renameSync(temporary, file)
}

function markerPath(commonDir: string): string {
  return path.join(commonDir, 'model', 'folded')
}

// Loaded when it is needed: most commands only read.
function randomName(bytes: number): string {
  return process.getBuiltinModule('node:crypto').randomBytes(bytes).toString('hex')
}
