import type { IncomingMessage, ServerResponse } from 'node:http'
import { isModelError } from '../domain/errors.ts'
import { Fields } from './fields.ts'
import { guard, type Access } from './http/guard.ts'
import { readBody } from './http/read-body.ts'
import { readQuery } from './http/read-query.ts'
import { readTarget, type Target } from './http/read-target.ts'
import { sendJson, sendText } from './http/send.ts'
import { ProtocolError } from './protocol-error.ts'
import { findRoute } from './routes.ts'
import type { handleArtifacts as HandleArtifacts } from './artifacts/handle-artifacts.ts'
import type { Tracking } from './tracking/tracking.ts'

/** The version of MLflow whose protocol this is: clients ask for it before they use what is newer. */
const VERSION = '3.6.0'
const ARTIFACTS = /^\/(?:ajax-)?api\/[23]\.0\/mlflow-artifacts\/(.+)$/
const API = /^\/(?:ajax-)?api\/[23]\.0\/mlflow\/(.+)$/

/** Answers one request, whatever happens. */
export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  tracking: () => Promise<Tracking>,
  access: Access,
): Promise<void> {
  try {
    const target = readTarget(request.url ?? '/')
    if (target.path === '/health') return sendText(response, 'OK')
    guard(request, access)
    if (target.path === '/version') return sendText(response, VERSION)
    const artifacts = ARTIFACTS.exec(target.path)?.[1]
    const body =
      artifacts === undefined
        ? await answer(request, target, tracking, access)
        : await artifact(await tracking(), artifacts, target, request, response, access)
    if (body !== undefined) sendJson(response, 200, body)
  } catch (error) {
    sendError(response, error)
  } finally {
    // A body that nobody read would be taken for the next request.
    if (!request.complete && !request.destroyed) drain(request, access.bodyTimeout)
  }
}

// Many clients read the answer only when they have sent everything; nobody is waited for without end.
function drain(request: IncomingMessage, patience: number): void {
  const timer = setTimeout(() => request.destroy(), patience).unref()
  request.once('close', () => clearTimeout(timer)).resume()
}

async function artifact(...words: Parameters<typeof HandleArtifacts>): Promise<object | undefined> {
  const { handleArtifacts } = await import('./artifacts/handle-artifacts.ts')
  return handleArtifacts(...words)
}

async function answer(
  request: IncomingMessage,
  { path: asked, query }: Target,
  tracking: () => Promise<Tracking>,
  { bodyTimeout }: Access,
): Promise<object> {
  const method = request.method ?? 'GET'
  const path = API.exec(asked)?.[1]
  const route = path === undefined ? undefined : findRoute(method, path.split('/').map(decode).join('/'))
  if (route === undefined) throw notFound(method, asked)
  const members = method === 'GET' ? readQuery(query) : await readBody(request, bodyTimeout)
  return route.handler(await tracking(), new Fields(members), route.parts)
}

function sendError(response: ServerResponse, error: unknown): void {
  const { status, code, message } = toProtocolError(error)
  sendJson(response, status, { error_code: code, message })
}

// Clients try again for minutes what is temporary: only what may pass by itself is.
const TEMPORARY: readonly string[] = ['disk-full', 'write-failed', 'busy']

function toProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error
  if (!isModelError(error))
    return new ProtocolError('INTERNAL_ERROR', `git-model: ${(error as Error).message}`)
  const text = [error.message, ...error.hints.map((hint) => `hint: ${hint}`)].join('\n')
  const isTemporary = TEMPORARY.includes(error.code)
  return new ProtocolError(isTemporary ? 'TEMPORARILY_UNAVAILABLE' : 'INVALID_PARAMETER_VALUE', text)
}

function notFound(method: string, path: string): ProtocolError {
  return new ProtocolError('ENDPOINT_NOT_FOUND', `There is no endpoint ${method} ${path}`)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new ProtocolError('BAD_REQUEST', `"${part}" is no part of a path`)
  }
}
