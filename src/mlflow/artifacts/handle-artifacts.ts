import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Access } from '../http/guard.ts'
import type { Target } from '../http/read-target.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { deleteArtifact, getArtifact, listArtifacts, putArtifact } from './proxy.ts'

/**
 * Answers a request to the artifact proxy.
 *
 * @param rest - the path below `mlflow-artifacts/`.
 * @returns the body of the answer; undefined when it was sent already.
 */
export async function handleArtifacts(
  tracking: Tracking,
  rest: string,
  { path: asked, query }: Target,
  request: IncomingMessage,
  response: ServerResponse,
  { bodyTimeout }: Access,
): Promise<object | undefined> {
  const { method } = request
  // Clients fall back to one plain PUT when these exact words come.
  if (rest.startsWith('mpu/')) {
    throw unsupported('Multipart upload is not supported for the current artifact repository')
  }
  if (rest.startsWith('presigned')) {
    throw unsupported('Presigned URLs are not supported for the current artifact repository')
  }
  if (rest === 'artifacts' && method === 'GET') {
    return listArtifacts(tracking, query.get('path') ?? '')
  }
  const path = /^artifacts\/(.+)$/s.exec(rest)?.[1]
  if (path === undefined) throw new ProtocolError('ENDPOINT_NOT_FOUND', `There is no endpoint ${asked}`)
  const decoded = decode(path)
  if (method === 'PUT') return putArtifact(tracking, decoded, request, bodyTimeout)
  if (method === 'DELETE') return deleteArtifact(tracking, decoded)
  if (method !== 'GET') throw new ProtocolError('ENDPOINT_NOT_FOUND', `There is no endpoint ${asked}`)
  await getArtifact(tracking, decoded, response)
  return undefined
}

function unsupported(message: string): ProtocolError {
  return new ProtocolError('NOT_IMPLEMENTED', message)
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new ProtocolError('INVALID_PARAMETER_VALUE', 'Invalid path')
  }
}
