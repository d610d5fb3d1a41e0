import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { WeightsDiff } from '../domain/weights-diff.ts'
import type { World } from '../domain/world.ts'
import { openRepository } from '../git/repository.ts'
import { diffTensors, type DiffOptions } from '../weights/tensor/diff-tensors.ts'
import { placeTensors } from '../weights/tensor/place-tensors.ts'
import { findWeights, type FoundWeights } from './find-weights.ts'

/**
 * Compares two versions of weights tensor by tensor.
 *
 * @param before - what {@link findWeights} reads: `FILE`, `REVISION:PATH`, `MODEL@REVISION`, `RUN`…
 * @param after - by default what stands in the work tree at the place of the first.
 * @throws ModelError `weights-invalid`, `weights-absent`, and what {@link findWeights} throws.
 */
export async function diffWeights(
  world: World,
  before: string,
  after?: string,
  options: DiffOptions = {},
): Promise<WeightsDiff> {
  const sides: FoundWeights[] = []
  try {
    const [first, second] = after === undefined ? await defaultSides(world, before) : [before, after]
    for (const spec of [first, second]) sides.push(await findWeights(world, spec))
    const [a, b] = await Promise.all(
      sides.map(async ({ label, files }) => ({
        label,
        ...(await placeTensors(files.map(({ file, path }) => ({ file, name: path })))),
      })),
    )
    return await diffTensors(a!, b!, options)
  } finally {
    for (const { file, temporary } of sides.flatMap(({ files }) => files))
      if (temporary === true) rmSync(file, { force: true })
  }
}

// A file or model of the work tree against the last commit; another version against the work tree.
async function defaultSides(world: World, spec: string): Promise<[string, string]> {
  if (existsSync(path.resolve(world.cwd, spec))) return [`${spec}@HEAD`, spec]
  const place = /^[^:]+:(.+)$/s.exec(spec)?.[1]
  if (place !== undefined) {
    const { root, cwd } = await openRepository(world)
    return [spec, /^\.\.?\//.test(place) ? place : path.relative(cwd, path.join(root, place))]
  }
  const model = /^(?!.*@\{)(.+?)@/s.exec(spec)?.[1]
  return model === undefined ? [`${spec}@HEAD`, spec] : [spec, model]
}
