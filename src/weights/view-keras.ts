import type { ByteSource } from './byte-source.ts'
import { tooMuchJson } from './json-shape.ts'
import { viewHdf5 } from './view-hdf5.ts'
import type { TensorView, WeightsView } from './weights-view.ts'
import { openMember, readMember } from './zip/read-member.ts'
import { refuseDamage } from './zip/refuse-damage.ts'
import { openZip, type ZipArchive } from './zip/zip-archive.ts'

const WEIGHTS = 'model.weights.h5'
const MAX_JSON = 2 ** 24

/**
 * Views a Keras 3 file: a zip of `metadata.json`, `config.json` and `model.weights.h5` (keras,
 * `saving_lib.py`). Tensors are those of the HDF5 file in it.
 *
 * @throws ModelError `weights-invalid`.
 */
export function viewKeras(source: ByteSource, name: string): WeightsView {
  return refuseDamage(name, () => {
    const archive = openZip(source)
    const metadata = { ...textsOf(archive, 'metadata.json'), ...modelOf(archive) }
    const view: WeightsView = {
      format: 'keras',
      size: source.size,
      isListed: false,
      tensors: [],
      metadata,
      files: [],
      warnings: [],
    }
    const member = archive.members.find((each) => each.name === WEIGHTS)
    if (member === undefined) return { ...view, warnings: [`it has no ${WEIGHTS}`] }
    const { tensors, warnings } = viewHdf5(openMember(archive, member), `${name}:${WEIGHTS}`)
    const shift = member.method === 'stored' ? member.dataStart : undefined
    return { ...view, isListed: true, warnings, tensors: tensors.map((tensor) => move(tensor, shift)) }
  })
}

// Places count from the beginning of the whole file; what is packed has none.
function move(tensor: TensorView, shift: number | undefined): TensorView {
  const { begin, end, ...rest } = tensor
  if (begin === undefined || end === undefined || shift === undefined) return rest
  return { ...rest, begin: begin + shift, end: end + shift }
}

function textsOf(archive: ZipArchive, name: string): Record<string, string> {
  const json = readJson(archive, name)
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}

function modelOf(archive: ZipArchive): Record<string, string> {
  const { class_name: model, config } = readJson(archive, 'config.json') as {
    class_name?: unknown
    config?: { name?: unknown }
  }
  return {
    ...(typeof model === 'string' && { class_name: model }),
    ...(typeof config?.name === 'string' && { name: config.name }),
  }
}

// What cannot be read as JSON is said by checkWeights.
function readJson(archive: ZipArchive, name: string): Record<string, unknown> {
  const member = archive.members.find((each) => each.name === name)
  if (member === undefined) return {}
  const bytes = readMember(archive, member, MAX_JSON)
  if (tooMuchJson(bytes) !== undefined) return {}
  try {
    const json: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
