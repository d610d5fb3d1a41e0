import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import type { Config } from '../domain/config.ts'

/** Another number where another program would read a configuration otherwise. */
export const CONFIG_FORMAT = 3
/** So many texts are remembered. */
const MOST = 64

/** What a `.gitmodel.yaml` says, and on which lines, by paths as JSON. */
export interface ReadConfig {
  config: Config
  lines: Readonly<Record<string, number>>
}

/**
 * Returns what a text of `.gitmodel.yaml` was read as before. Most commands need it, and a YAML parser takes longer to
 * load than most of them run. Only what was valid is remembered.
 */
export function readCachedConfig(commonDir: string, text: string): ReadConfig | undefined {
  try {
    const cached = JSON.parse(readFileSync(fileOf(commonDir, text), 'utf8')) as ReadConfig & { text: string }
    return cached.text === text ? cached : undefined
  } catch {
    return undefined
  }
}

/** Remembers what a text was read as. Where that cannot be written, the next command reads it again. */
export function cacheConfig(commonDir: string, text: string, read: ReadConfig): void {
  if (!existsSync(path.join(commonDir, 'model'))) return
  const file = fileOf(commonDir, text)
  const folder = path.dirname(file)
  const temporary = `${file}.${process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex')}`
  try {
    mkdirSync(folder, { recursive: true })
    const others = readdirSync(folder)
    if (others.length >= MOST) for (const name of others) rmSync(path.join(folder, name), { force: true })
    writeFileSync(temporary, JSON.stringify({ text, ...read }), { flag: 'wx' })
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
  const name = [CONFIG_FORMAT, text.length, crc32(text).toString(16)].join('-')
  return path.join(commonDir, 'model', 'config', `${name}.json`)
}
