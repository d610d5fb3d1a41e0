import type { IncomingMessage } from 'node:http'
import { ProtocolError } from '../protocol-error.ts'

/** The longest JSON body, in bytes: a batch of metrics is far below, a data set's schema and profile may be 17 MB. */
const MAX_BODY = 32 * 1024 * 1024

/**
 * Reads the body of a request as JSON; an empty one has no members. Some clients wrap it into a text once more.
 *
 * @param patience - how long the client may take for it, in milliseconds; the connection is closed then.
 * @throws ProtocolError for what is no JSON object, or longer than 32 MiB.
 */
export async function readBody(request: IncomingMessage, patience: number): Promise<Record<string, unknown>> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) throw tooLong()
  const timer = setTimeout(() => request.destroy(), patience)
  const text = await readText(request).finally(() => clearTimeout(timer))
  if (text.trim() === '') return {}
  const value = parse(text)
  const object = typeof value === 'string' ? parse(value) : value
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) {
    return object as Record<string, unknown>
  }
  throw notJson()
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_BODY) throw tooLong()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw notJson()
  }
}

function notJson(): Error {
  return new ProtocolError('BAD_REQUEST', 'The request body is not a JSON object')
}

function tooLong(): Error {
  return new ProtocolError('REQUEST_LIMIT_EXCEEDED', `The request body is longer than ${MAX_BODY} bytes`)
}
