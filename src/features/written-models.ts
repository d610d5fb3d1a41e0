import { lstatSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../domain/config.ts'
import type { RunRecord } from '../domain/run.ts'
import { fileStamp } from './file-stamp.ts'

/** Which files stand at the path of each model that `.gitmodel.yaml` names, and which version of them, as far as times tell. */
export type ModelStamps = ReadonlyMap<string, string>

/** A model of more files than this is not looked at. */
const MOST_FILES = 1000

/** Looks at the models of a repository; none is read. */
export function stampModels(root: string, { models = {} }: Config): ModelStamps {
  const paths = new Set(Object.values(models).map((model) => model.path))
  return new Map([...paths].map((file) => [file, stampOf(path.join(root, file))]))
}

/** Returns the paths of the models that were written since, but for those of which a run keeps files. */
export function unkeptModels(root: string, before: ModelStamps, { outputs }: RunRecord): string[] {
  return [...before.keys()].filter((file) => {
    const now = stampOf(path.join(root, file))
    const isWritten = now !== '' && now !== before.get(file)
    return isWritten && !(outputs?.files ?? []).some((kept) => isPart(kept.path, file))
  })
}

function isPart(file: string, model: string): boolean {
  return file === model || file.startsWith(`${model}/`)
}

// Empty where nothing stands, or too much, or nothing that may be looked at.
function stampOf(file: string): string {
  try {
    const stamps = [...stampsBelow(file)]
    return stamps.length > MOST_FILES ? '' : stamps.sort().join('\n')
  } catch {
    return ''
  }
}

function* stampsBelow(file: string): Generator<string> {
  const left = [file]
  for (let seen = 0; left.length > 0 && seen <= MOST_FILES;) {
    const next = left.pop()!
    const stat = lstatSync(next, { throwIfNoEntry: false })
    if (stat?.isDirectory() === true) left.push(...readdirSync(next).map((name) => path.join(next, name)))
    else if (stat !== undefined) {
      seen += 1
      yield `${next} ${fileStamp(next, { follow: false })}`
    }
  }
}
