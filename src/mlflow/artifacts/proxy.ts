import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { sha256Name } from '../../domain/lfs-pointer.ts'
import type { OutputFile } from '../../domain/run.ts'
import { chooseRemote } from '../../git/remotes.ts'
import { objectPath } from '../../lfs/lfs-store.ts'
import { fetchObject } from '../../lfs/fetch-object.ts'
import { storeStream } from '../../lfs/store-file.ts'
import { fetchObjects, hasObject } from '../../lfs/transfer.ts'
import { openLfsStore } from '../../store/open-lfs-store.ts'
import { invalid, missing } from '../protocol-error.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkPath, findPlace, listFolder, type ArtifactPlace } from './artifact-place.ts'

/** The least that a client sends of a file in the time that a JSON body may take, in bytes. */
const LEAST = 65_536

/**
 * `PUT …/artifacts/<path>`: the body goes into the LFS store as it comes; memory does not depend on its size.
 *
 * @param patience - how long a client may take for the next {@link LEAST} bytes, in milliseconds.
 */
export async function putArtifact(
  tracking: Tracking,
  artifactPath: string,
  request: IncomingMessage,
  patience: number,
): Promise<object> {
  const { run, path } = await findPlace(tracking, artifactPath)
  if (run.deleted)
    throw invalid(`The run ${run.run} must be in the 'active' state. Current state is deleted.`)
  const store = await openLfsStore(tracking.repo)
  const stopWatching = hangUpOnSlow(request, patience)
  const { oid, size } = await storeStream(store, request, path).finally(stopWatching)
  // Once it was taken away, it is there again.
  const file = { path, oid: sha256Name(oid), size }
  tracking.append(run, [{ time: tracking.world.now(), outputs: [file], removed: { [path]: null } }], true)
  return {}
}

/** `GET …/artifacts/<path>`: a file, from the LFS store or, where it is not here yet, from the remote. */
export async function getArtifact(
  tracking: Tracking,
  artifactPath: string,
  response: ServerResponse,
): Promise<void> {
  const place = await findPlace(tracking, artifactPath)
  const file = place.run.outputs.get(place.path)
  if (file === undefined) throw missing(`No such artifact: '${artifactPath}'`)
  const content = createReadStream(await localContent(tracking, place, file), { highWaterMark: 1 << 20 })
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': file.size,
    'Content-Disposition': 'attachment',
    'X-Content-Type-Options': 'nosniff',
  })
  await pipeline(content, response)
}

/** `GET …/artifacts?path=<folder>` */
export async function listArtifacts(tracking: Tracking, artifactPath: string): Promise<object> {
  if (artifactPath === '' || !/\/artifacts(\/|$)/.test(checkPath(artifactPath))) return {}
  const { run, path } = await findPlace(tracking, artifactPath)
  const files = listFolder(run.outputs.values(), path)
  return files.length > 0 ? { files } : {}
}

/**
 * `DELETE …/artifacts/<path>`: a file, or a folder with all that is in it. Nobody is shown them any more; what the run's
 * outputs commit has stays there.
 */
export async function deleteArtifact(tracking: Tracking, artifactPath: string): Promise<object> {
  const { run, path } = await findPlace(tracking, artifactPath)
  const gone = [...run.outputs.keys()].filter((file) => file === path || file.startsWith(`${path}/`))
  const removed = Object.fromEntries(gone.map((file) => [file, true as const]))
  if (gone.length > 0) tracking.append(run, [{ time: tracking.world.now(), removed }], true)
  return {}
}

function hangUpOnSlow(request: IncomingMessage, patience: number): () => void {
  const { socket } = request
  let seen = socket.bytesRead
  const timer = setInterval(() => {
    if (socket.bytesRead - seen < LEAST) request.destroy()
    seen = socket.bytesRead
  }, patience)
  return () => clearInterval(timer)
}

async function localContent(
  tracking: Tracking,
  { run, path }: ArtifactPlace,
  file: OutputFile,
): Promise<string> {
  const store = await openLfsStore(tracking.repo)
  const oid = file.oid.replace('sha256:', '')
  if (!hasObject(store, oid) && run.outputsCommit !== undefined) {
    await fetchObjects(tracking.repo.root, await chooseRemote(tracking.repo), run.outputsCommit, [path])
  }
  // What another clone added to the run is in a commit of its own.
  if (!hasObject(store, oid)) {
    await fetchObject(tracking.repo.root, { oid, size: file.size }, path).catch(() => undefined)
  }
  if (!hasObject(store, oid)) throw missing(`The content of '${path}' is neither here nor on the remote`)
  return objectPath(store, oid)
}
