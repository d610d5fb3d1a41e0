import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../domain/config.ts'

// Another number where another program would read a configuration otherwise.
const FORMAT = 1
/** So many texts are remembered. */
const MOST = 64

/**
 * Returns what a text of `.gitmodel.yaml` was read as before. Most commands need it, and a YAML parser takes longer to
 * load than most of them run. Only what was valid is remembered.
 */
export function readCachedConfig(commonDir: string, text: string): Config | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(commonDir, text), 'utf8')) as Config
  } catch {
    return undefined
  }
}

/** Remembers what a text was read as. Where that cannot be written, the next command reads it again. */
export function cacheConfig(commonDir: string, text: string, config: Config): void {
  if (!existsSync(path.join(commonDir, 'model'))) return
  const file = fileOf(commonDir, text)
  const folder = path.dirname(file)
  const temporary = `${file}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(folder, { recursive: true })
    const others = readdirSync(folder)
    if (others.length >= MOST) for (const name of others) rmSync(path.join(folder, name), { force: true })
    writeFileSync(temporary, JSON.stringify(config), { flag: 'wx' })
    renameSync(temporary, file)
  } catch {
    tryRemove(temporary)
  }
}

function tryRemove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // It is gone with the others one day.
  }
}

function fileOf(commonDir: string, text: string): string {
  const name = createHash('sha256').update(`${FORMAT}\n${text}`).digest('hex')
  return path.join(commonDir, 'model', 'config', `${name}.json`)
}
