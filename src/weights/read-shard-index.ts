import type { ByteSource } from './byte-source.ts'
import { isSafePath } from '../domain/safe-path.ts'
import { findDuplicateKey } from './find-duplicate-key.ts'
import { tooMuchJson } from './json-shape.ts'
import { weightsInvalid } from './weights-invalid.ts'

/** What the index of a sharded checkpoint says (`model.safetensors.index.json`, `pytorch_model.bin.index.json`). */
export interface ShardIndex {
  /** Each tensor's shard, a path relative to the index's folder. */
  shardOf: ReadonlyMap<string, string>
  /** In the order in which the index first names them. */
  shards: string[]
  metadata: Record<string, string>
}

const MAX_INDEX = 2 ** 26
const KIND = 'index of shards'

/**
 * Reads the index of a sharded checkpoint (transformers, "Big models": `{metadata, weight_map}`). Shards stay
 * inside the folder of the index.
 *
 * @throws ModelError `weights-invalid`.
 */
export function readShardIndex(source: ByteSource, name: string): ShardIndex {
  if (source.size > MAX_INDEX) throw weightsInvalid(name, KIND, `it has ${source.size} bytes`)
  const { metadata, weight_map: map } = parse(source.read(0, source.size), name)
  if (!isObject(map)) throw weightsInvalid(name, KIND, 'it has no "weight_map"')
  const shardOf = new Map<string, string>()
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || !isSafePath(shard)) {
      const said = JSON.stringify(shard)?.slice(0, 200)
      throw weightsInvalid(name, KIND, `the shard ${said} is not a path inside its folder`)
    }
    shardOf.set(tensor, shard)
  }
  return { shardOf, shards: [...new Set(shardOf.values())], metadata: toTexts(metadata) }
}

function parse(bytes: Buffer, name: string): Record<string, unknown> {
  const tooMuch = tooMuchJson(bytes)
  if (tooMuch !== undefined) throw weightsInvalid(name, KIND, tooMuch)
  const text = bytes.toString('utf8')
  let index: unknown
  try {
    index = JSON.parse(text)
  } catch (error) {
    throw weightsInvalid(name, KIND, `it is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
  if (!isObject(index)) throw weightsInvalid(name, KIND, 'it is no JSON object')
  const twice = findDuplicateKey(text)
  if (twice === undefined) return index
  throw weightsInvalid(name, KIND, `it says ${JSON.stringify(twice.slice(0, 200))} twice`)
}

function toTexts(metadata: unknown): Record<string, string> {
  if (!isObject(metadata)) return {}
  const texts = Object.entries(metadata).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return Object.fromEntries(texts) as Record<string, string>
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
