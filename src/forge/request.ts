import { setTimeout as sleep } from 'node:timers/promises'
import { ModelError } from '../domain/errors.ts'
import { safeText } from '../domain/safe-text.ts'

/** How to reach a host. */
export interface Connection {
  /** Root of the API. */
  api: string
  /** Sent with every request, the token among them. Never printed. */
  headers: Readonly<Record<string, string>>
}

/** An answer that is not an error. */
export interface Answer {
  status: number
  body: unknown
  /** Address of the next page. */
  next?: string
}

/** What to ask. */
export interface Question {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT'
  /** Below the root of the API, or an address that the host itself gave. */
  path: string
  json?: unknown
}

const ATTEMPTS = 4
const PATIENCE = 30_000
/** The longest wait that a host may ask for, in milliseconds. */
const LONGEST_WAIT = 60_000
const LARGEST = 10 * 1024 * 1024
const MAX_PAGES = 100

/**
 * Asks a host, and asks again where it is busy: rate limits (429, and 403 with a header that says so), 5xx and
 * failing networks, at most four times. A request that may have been carried out is not repeated when it was to create
 * something, so that no comment stands twice.
 *
 * @throws ModelError `host-refused` for 4xx, `host-unreachable` for the rest.
 */
export async function ask(connection: Connection, question: Question): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const result = await tryOnce(connection, question)
    if ('answer' in result) return result.answer
    const isSafe = question.method !== 'POST' || result.notDone
    if (!result.again || !isSafe || attempt >= ATTEMPTS) throw result.error
    await sleep(Math.min(result.wait ?? 500 * 2 ** attempt * (0.5 + Math.random()), LONGEST_WAIT))
  }
}

/** Asks for a list, page by page. */
export async function askAll(connection: Connection, path: string): Promise<unknown[]> {
  const items: unknown[] = []
  let next: string | undefined = path
  for (let page = 0; next !== undefined && page < MAX_PAGES; page++) {
    const answer: Answer = await ask(connection, { path: next })
    if (Array.isArray(answer.body)) items.push(...(answer.body as unknown[]))
    next = answer.next
  }
  return items
}

type Tried = { answer: Answer } | { error: ModelError; again: boolean; notDone: boolean; wait?: number }

async function tryOnce(connection: Connection, { method = 'GET', path, json }: Question): Promise<Tried> {
  const url = new URL(path.startsWith('/') ? connection.api + path : path)
  // The token goes to the host it was given for, whatever a header says where the next page is.
  if (url.origin !== new URL(connection.api).origin)
    return { error: unreachable(url, 'it sent us to another host'), again: false, notDone: true }
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...connection.headers,
        'user-agent': 'git-model',
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      redirect: method === 'GET' ? 'follow' : 'error',
      signal: AbortSignal.timeout(PATIENCE),
    })
    const text = await readBounded(response)
    if (response.ok) return { answer: toAnswer(response, text) }
    return failed(url, response, text)
  } catch (error) {
    return { error: unreachable(url, networkReason(error)), again: true, notDone: false }
  }
}

function toAnswer(response: Response, text: string): Answer {
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  return {
    status: response.status,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
    ...(next !== undefined && { next }),
  }
}

function failed(url: URL, response: Response, text: string): Tried {
  const { status, headers } = response
  const reason = `${status}${saidBy(text)}`
  const isLimited =
    status === 429 ||
    (status === 403 &&
      (headers.has('retry-after') ||
        headers.get('x-ratelimit-remaining') === '0' ||
        /rate limit/i.test(reason)))
  if (isLimited) {
    // Where no header says how long: "wait for at least one minute before retrying".
    const wait = waitOf(headers) ?? LONGEST_WAIT
    const error = unreachable(url, `${reason} (rate limit)`)
    return { error, again: wait <= LONGEST_WAIT, notDone: true, wait }
  }
  if (status >= 500) return { error: unreachable(url, reason), again: true, notDone: false }
  const error = new ModelError('host-refused', `${url.host} answered ${reason} to ${url.pathname}`, {
    hints: ['what the token may do, and for which events: docs/ci.md'],
    data: { status, path: url.pathname },
  })
  return { error, again: false, notDone: true }
}

// Seconds to wait, or the second at which the limit is lifted (GitHub: "Rate limits for the REST API").
function waitOf(headers: Headers): number | undefined {
  const after = Number(headers.get('retry-after') ?? Number.NaN)
  if (Number.isFinite(after)) return after * 1000
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? Number.NaN)
  return Number.isFinite(reset) ? Math.max(0, reset * 1000 - Date.now()) : undefined
}

function saidBy(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? `: ${safeText(message.slice(0, 200))}` : ''
  } catch {
    return ''
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length
    if (size > LARGEST) throw new Error('the answer is too large')
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function networkReason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string } }
  if (name === 'TimeoutError') return `no answer in ${PATIENCE / 1000} s`
  return cause?.code ?? message
}

function unreachable(url: URL, reason: string): ModelError {
  return new ModelError('host-unreachable', `${url.host} did not answer as it should: ${reason}`, {
    hints: ['try the job again'],
    data: { host: url.host, path: url.pathname },
  })
}
