import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { World } from '../domain/world.ts'
import { readFilters } from '../git/attributes.ts'
import { openRepository } from '../git/repository.ts'
import { git } from '../git/run-git.ts'
import { isModelError } from '../domain/errors.ts'
import { readConfig } from '../store/config.ts'
import { checkWeights } from '../weights/check/check-weights.ts'
import { isSuspect } from '../weights/check/is-suspect.ts'
import { unreadable, type WeightsCheck } from '../weights/check/weights-check.ts'
import { fetchWeights, type OnFetch } from './fetch-weights.ts'
import { findWeights } from './find-weights.ts'

/** What a weight file would run, and what the policy says of it. */
export interface CheckedWeights extends WeightsCheck {
  path: string
  /** Whether it runs more than plain tensors need, as far as can be told. */
  isSuspect: boolean
  /** Whether `weights.pickle` of `.gitmodel.yaml` refuses it. */
  isDenied: boolean
}

/**
 * Checks what weight files would run when they are loaded.
 *
 * @param specs - files, folders, or what `findWeights` reads, which is fetched where it is not here. None: every file
 *   that is routed through Git LFS, without fetching.
 * @throws ModelError `weights-absent` for what was named and is nowhere, `revision-unknown`, `model-unknown`.
 */
export async function checkWeightFiles(
  world: World,
  specs: readonly string[],
  onFetch: OnFetch,
): Promise<CheckedWeights[]> {
  const policy = await policyOf(world, specs)
  const names =
    specs.length === 0 ? await routedFiles(world) : specs.flatMap((spec) => filesBelow(world, spec))
  const checked: CheckedWeights[] = []
  for (const name of names) {
    const checks = specs.length === 0 ? await checkHere(world, name) : await checkNamed(world, name, onFetch)
    for (const [file, check] of checks)
      checked.push({
        path: file,
        ...check,
        isSuspect: isSuspect(check),
        isDenied: policy === 'deny' && isSuspect(check),
      })
  }
  return checked
}

// What is named on the command line may stand outside any repository; then there is no policy.
async function policyOf(world: World, specs: readonly string[]): Promise<'allow' | 'warn' | 'deny'> {
  try {
    return (await readConfig(await openRepository(world))).weights?.pickle ?? 'warn'
  } catch (error) {
    if (specs.length > 0 && isModelError(error, 'not-a-repository')) return 'warn'
    throw error
  }
}

async function routedFiles(world: World): Promise<string[]> {
  const repo = await openRepository(world)
  const files = (await git(repo, ['ls-files', '-z', '--full-name'])).stdout
    .split('\0')
    .filter((file) => file !== '')
  const filters = await readFilters(repo, files)
  return files
    .filter((file) => filters.get(file) === 'lfs')
    .map((file) => path.relative(repo.cwd, path.join(repo.root, file)))
}

function filesBelow(world: World, spec: string): string[] {
  const place = path.resolve(world.cwd, spec)
  if (!existsSync(place) || !statSync(place).isDirectory()) return [spec]
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(place, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).includes('.git'))
    .sort()
    .map((file) => path.join(spec, file))
}

async function checkNamed(world: World, spec: string, onFetch: OnFetch): Promise<[string, WeightsCheck][]> {
  const { files } = await fetchWeights(world, spec, onFetch)
  try {
    return files.map((file) => [file.path, checkWeights(file.file, file.path)])
  } finally {
    for (const { file, temporary } of files) if (temporary === true) rmSync(file, { force: true })
  }
}

async function checkHere(world: World, file: string): Promise<[string, WeightsCheck][]> {
  if (!existsSync(path.resolve(world.cwd, file))) return []
  try {
    return (await findWeights(world, file)).files.map((each) => [file, checkWeights(each.file, file)])
  } catch (error) {
    if (!isModelError(error, 'weights-absent')) throw error
    return [[file, { format: 'unknown', ...unreadable('its content is not here: git lfs pull') }]]
  }
}
