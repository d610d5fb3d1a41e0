import { statSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../../domain/errors.ts'
import { openWeights } from '../open-weights.ts'
import type { WeightFormat } from '../weight-format.ts'
import { changedMeanwhile } from './open-files.ts'

/** A tensor and where its bytes are. */
export interface TensorPlace {
  name: string
  dtype: string
  shape: number[]
  file: string
  /** Of its first byte, from the beginning of the file; absent where the content cannot be read as it stands. */
  offset?: number
  /** How many bytes, where there is an offset. */
  bytes?: number
}

/** The tensors of one model, in one file or several. */
export interface PlacedWeights {
  tensors: TensorPlace[]
  metadata: Record<string, string>
  /** Shards of an index among them. */
  files: PlacedFile[]
  /** Of each file that was named. */
  formats: WeightFormat[]
}

/** A file as it was when its header was read. */
export interface PlacedFile {
  file: string
  /** As people know it. */
  name: string
  /** In bytes. */
  size: number
  modified: number
}

/**
 * Reads the headers of a model's files.
 *
 * @param files - where the content of each is, and what people call it.
 * @throws ModelError `weights-invalid` for a damaged file, a format whose tensors are not listed, or a tensor that two
 *   files have.
 */
export async function placeTensors(files: readonly { file: string; name: string }[]): Promise<PlacedWeights> {
  const placed: PlacedWeights = { tensors: [], metadata: {}, files: [], formats: [] }
  const seen = new Map<string, string>()
  for (const { file, name } of files) {
    const view = await openWeights(file, { name })
    if (!view.isListed) throw unlisted(name, view.format)
    const folder = path.dirname(file)
    for (const part of [file, ...view.files.map((relative) => path.join(folder, relative))])
      placed.files.push({ file: part, name: part === file ? name : part, ...stampOf(part) })
    placed.formats.push(view.format)
    placed.metadata = { ...placed.metadata, ...view.metadata }
    for (const { file: shard, begin, end, name: tensor, dtype, shape } of view.tensors) {
      const other = seen.get(tensor)
      if (other !== undefined) throw twice(tensor, other, name)
      seen.set(tensor, name)
      const place = shard === undefined ? file : path.join(folder, shard)
      placed.tensors.push({
        ...{ name: tensor, dtype, shape, file: place },
        ...(begin !== undefined && end !== undefined && { offset: begin, bytes: end - begin }),
      })
    }
  }
  return placed
}

/** Sees to it that files are still what they were. @throws ModelError `weights-invalid`. */
export function checkUnchanged({ files }: Pick<PlacedWeights, 'files'>): void {
  for (const { file, name, size, modified } of files) {
    const now = stampOf(file)
    if (now.size !== size || now.modified !== modified) throw changedMeanwhile(name)
  }
}

function stampOf(file: string): { size: number; modified: number } {
  const { size, mtimeMs } = statSync(file)
  return { size, modified: mtimeMs }
}

function unlisted(name: string, format: string): ModelError {
  const what =
    format === 'unknown'
      ? 'no format of weights that is known'
      : `${format}, of which only whole files can be compared`
  return new ModelError('weights-invalid', `"${name}" is ${what}: it has no tensors to look at`, {
    hints: ['save the model as safetensors'],
    data: { path: name, format },
  })
}

function twice(tensor: string, one: string, other: string): ModelError {
  return new ModelError(
    'weights-invalid',
    `"${one}" and "${other}" both have a tensor ${JSON.stringify(tensor.slice(0, 200))}`,
    { hints: ['name the files of one model only'], data: { paths: [one, other], tensor } },
  )
}
