import { statSync } from 'node:fs'
import { weightsInvalid } from './weights-invalid.ts'
import type { WeightsView } from './weights-view.ts'

/**
 * Adds the files that hold a model's external data: their sizes, and what is missing.
 *
 * @param places - where each file's content is; undefined where it is not here.
 * @throws ModelError `weights-invalid` where a tensor reaches beyond its file's end.
 */
export function addExternalData(
  view: WeightsView,
  places: ReadonlyMap<string, string | undefined>,
  name: string,
): WeightsView {
  const sizes = new Map(
    [...places].map(([file, place]) => [file, place === undefined ? undefined : statSync(place).size]),
  )
  for (const tensor of view.tensors) {
    const size = tensor.file === undefined ? undefined : sizes.get(tensor.file)
    if (size !== undefined && tensor.end !== undefined && tensor.end > size)
      throw weightsInvalid(
        name,
        'model',
        `tensor ${JSON.stringify(tensor.name.slice(0, 200))} reaches beyond the end of "${tensor.file}"`,
      )
  }
  const absent = [...sizes]
    .filter(([, size]) => size === undefined)
    .map(([file]) => `its data in ${file} is not here`)
  return {
    ...view,
    size: [...sizes.values()].reduce<number>((sum, size) => sum + (size ?? 0), view.size),
    warnings: [...view.warnings, ...absent],
  }
}
