import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { isModelError, ModelError } from '../domain/errors.ts'
import { parsePointer } from '../domain/lfs-pointer.ts'
import type { World } from '../domain/world.ts'
import { beside } from '../weights/beside.ts'
import { checkWeights } from '../weights/check/check-weights.ts'
import { joinChecks, type PartCheck } from '../weights/check/weights-check.ts'
import { classify } from '../weights/classify.ts'
import { openWeights } from '../weights/open-weights.ts'
import { countParameters, type WeightsView } from '../weights/weights-view.ts'
import { fetchWeights, type OnFetch } from './fetch-weights.ts'
import type { WeightFile } from './local-content.ts'

/** Weights, and what they hold. */
export interface ShownWeights extends WeightsView {
  /** As people know them. */
  path: string
  /** How many parameters there are, by dtype. */
  parameters: Record<string, number>
  /** What loading them would run. */
  check: PartCheck
}

/**
 * Shows what weights hold, reading their headers. What is not here is fetched.
 *
 * @param spec - what `findWeights` reads: a file or folder, a model, `REVISION:PATH`, `MODEL@REVISION`, a run.
 * @throws ModelError `weights-invalid`, `weights-absent`, `revision-unknown`, `model-unknown`.
 */
export async function showWeights(world: World, spec: string, onFetch: OnFetch): Promise<ShownWeights[]> {
  const temporary: string[] = []
  const find = async (what: string): Promise<WeightFile[]> => {
    const { files } = await fetchWeights(world, what, onFetch)
    temporary.push(...files.flatMap((file) => (file.temporary === true ? [file.file] : [])))
    return files
  }
  try {
    const files = (await Promise.all(folderFiles(world, spec).map(find))).flat()
    const shown: ShownWeights[] = []
    for (const file of files)
      shown.push(await showFile(file, (relative) => locate(file, relative, files, spec, find)))
    if (shown.length > 0) return withoutShards(shown)
    throw new ModelError('weights-absent', `there are no weights in "${spec}"`, {
      hints: ['name a file', 'git model weights status'],
      data: { weights: spec },
    })
  } finally {
    for (const file of temporary) rmSync(file, { force: true })
  }
}

// A folder means the weights in it; a name means whatever it means.
function folderFiles(world: World, spec: string): string[] {
  const place = path.resolve(world.cwd, spec)
  if (!existsSync(place) || !statSync(place).isDirectory()) return [spec]
  const names = readdirSync(place).filter((name) => statSync(path.join(place, name)).isFile())
  const weights = names.filter((name) => name.endsWith('.index.json') || isWeights(path.join(place, name)))
  return weights.length === 0 ? [spec] : weights.sort().map((name) => path.join(spec, name))
}

const MAX_POINTER = 1024

function isWeights(file: string): boolean {
  if (classify(file) !== 'unknown') return true
  return statSync(file).size < MAX_POINTER && parsePointer(readFileSync(file, 'utf8')) !== undefined
}

async function showFile({ path: name, file }: WeightFile, find: Find): Promise<ShownWeights> {
  const contents = new Map([[name, file]])
  const locate: Find = async (relative) => {
    const place = await find(relative)
    if (place !== undefined) contents.set(path.posix.join(path.posix.dirname(name), relative), place)
    return place
  }
  const { files, ...view } = await openWeights(file, { name, locate })
  const checks = [...contents].map(([each, place]) => checkWeights(place, each))
  return { path: name, ...view, files, parameters: countParameters(view.tensors), check: joinChecks(checks) }
}

type Find = (relative: string) => Promise<string | undefined>

// A file that belongs to another: among what was named, beside it, or in the same revision.
async function locate(
  { path: name, file }: WeightFile,
  relative: string,
  files: readonly WeightFile[],
  spec: string,
  find: (spec: string) => Promise<WeightFile[]>,
): Promise<string | undefined> {
  const sibling = path.posix.join(path.posix.dirname(name), relative)
  const known = files.find((each) => each.path === sibling)
  if (known !== undefined) return known.file
  const place = beside(file, relative)
  if (place !== undefined) return (await find(place))[0]?.file
  const revision = /^([^:]+):/.exec(spec)?.[1]
  if (revision === undefined || path.resolve(name) === file) return undefined
  try {
    return (await find(`${revision}:${sibling}`))[0]?.file
  } catch (error) {
    if (isModelError(error, 'weights-absent')) return undefined
    throw error
  }
}

// Shards are shown with the index that names them.
function withoutShards(shown: readonly ShownWeights[]): ShownWeights[] {
  const parts = new Set(
    shown.flatMap((each) => each.files.map((file) => path.posix.join(path.posix.dirname(each.path), file))),
  )
  return shown.filter((each) => !parts.has(each.path))
}
