import { statSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import { parsePointer } from '../domain/lfs-pointer.ts'
import { addExternalData } from './add-external-data.ts'
import { beside } from './beside.ts'
import { withFile, type ByteSource } from './byte-source.ts'
import { containFailure } from './contain-failure.ts'
import { joinShards, type Shard } from './join-shards.ts'
import { readShardIndex, type ShardIndex } from './read-shard-index.ts'
import { viewSource } from './view-source.ts'
import type { WeightsView } from './weights-view.ts'

/** Where to find what belongs to a weight file. */
export interface OpenOptions {
  /** What to call the file, where its content stands under another name (in the LFS store). Default: the path. */
  name?: string
  /**
   * Returns the path of the content of a file that belongs to it, by its path relative to the file's folder;
   * undefined where it is not here. Default: beside the file, and not outside its folder.
   */
  locate?: (relative: string) => Promise<string | undefined>
}

/**
 * Opens weights and lists what they hold, by their content, reading headers alone. The index of a sharded
 * checkpoint is one model with its shards.
 *
 * @param file - path of the content.
 * @throws ModelError `weights-invalid` for what breaks its format's rules, and `weights-absent` for an LFS pointer
 *   in place of content, and for shards that are not here.
 */
export async function openWeights(file: string, options: OpenOptions = {}): Promise<WeightsView> {
  const name = options.name ?? file
  const locate = options.locate ?? ((relative) => Promise.resolve(beside(file, relative)))
  const opened = withFile(file, (source) => view(source, name), name)
  if (!('shards' in opened)) {
    const places = await Promise.all(opened.files.map(async (each) => [each, await locate(each)] as const))
    return addExternalData(opened, new Map(places), name)
  }
  const shards: Shard[] = []
  for (const relative of opened.shards) {
    const place = await locate(relative)
    if (place === undefined) throw absentShard(name, relative)
    const shardName = path.posix.join(path.posix.dirname(name), relative)
    shards.push({ file: relative, view: withFile(place, (source) => viewPart(source, shardName), shardName) })
  }
  return joinShards(opened, shards, { name, size: statSync(file).size })
}

function view(source: ByteSource, name: string): WeightsView | ShardIndex {
  refusePointer(source, name)
  if (!isShardIndex(source)) return viewSource(source, name)
  return containFailure('shards', name, () => readShardIndex(source, name))
}

function viewPart(source: ByteSource, name: string): WeightsView {
  refusePointer(source, name)
  return viewSource(source, name)
}

function isShardIndex(source: ByteSource): boolean {
  return /^\s*\{[^]*"weight_map"\s*:/.test(source.read(0, 4096).toString('latin1'))
}

const MAX_POINTER = 1024

function refusePointer(source: ByteSource, name: string): void {
  if (source.size >= MAX_POINTER) return
  const pointer = parsePointer(source.read(0, MAX_POINTER).toString('utf8'))
  if (pointer === undefined) return
  throw new ModelError('weights-absent', `"${name}" is an LFS pointer: its content is not here`, {
    hints: ['git lfs pull'],
    data: { path: name, oid: pointer.oid, size: pointer.size },
  })
}

function absentShard(name: string, shard: string): ModelError {
  return new ModelError('weights-absent', `"${name}" names a shard that is not here: "${shard}"`, {
    hints: ['git lfs pull', 'or take it out of the index, if it is no part of the model'],
    data: { path: name, shard },
  })
}
