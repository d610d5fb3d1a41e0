import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

/** A comment as the double keeps it. */
export interface DoubleComment {
  id: number
  body: string
  author: string
}

/** What a host says of a pull or merge request; each host has its own members. */
interface DoublePull {
  number?: number
  head?: { sha: string }
  [member: string]: unknown
}

/** What a double of a host's REST API knows and does. */
export interface ForgeDouble {
  /** Root of the API. */
  readonly api: string
  comments: DoubleComment[]
  /** Method and path of every request that came, in order. */
  readonly requests: string[]
  /** Answers that come before the true ones, one for each request. */
  readonly obstacles: { status: number; headers?: Record<string, string>; body?: unknown }[]
  /** Whether the token may only read. */
  readOnly: boolean
  mergeBase: string | undefined
  /** What the host says of pull or merge requests, whatever is asked. */
  pulls: DoublePull[]
  /** The commits of the request, the newest first. */
  commits: string[]
}

const PAGE = 2
const running: Server[] = []

afterAll(async () => {
  for (const server of running.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** Starts a double of GitHub's REST API ("Issue comments", "Pulls", "Commits") on loopback. Its pages hold two comments. */
export async function githubDouble(token: string): Promise<ForgeDouble> {
  const bot = 'github-actions[bot]'
  return start('', async (double, request, url, body) => {
    if (request.headers.authorization !== `Bearer ${token}`)
      return { status: 401, body: { message: 'Bad credentials' } }
    const show = ({ id, body: text, author }: DoubleComment): object => ({
      id,
      body: text,
      html_url: `https://github.example.org/acme/digits/pull/7#issuecomment-${id}`,
      user: { login: author, type: author.endsWith('[bot]') ? 'Bot' : 'User' },
    })
    const refused = { status: 403, body: { message: 'Resource not accessible by integration' } }
    const where = `${request.method} ${url.pathname}`
    if (where === 'GET /user') return refused
    if (where === 'GET /repos/acme/digits/issues/7/comments') return page(url, double.comments.map(show))
    if (where.startsWith('GET /repos/acme/digits/compare/'))
      return { status: 200, body: { merge_base_commit: { sha: double.mergeBase } } }
    if (/^GET \/repos\/acme\/digits\/(?:pulls|commits\/\w+\/pulls)$/.test(where))
      return { status: 200, body: double.pulls }
    if (where === 'GET /repos/acme/digits/pulls/7/commits')
      return page(
        url,
        double.commits.toReversed().map((sha) => ({ sha })),
      )
    const other = Number(/^GET \/repos\/acme\/digits\/pulls\/(\d+)\/commits$/.exec(where)?.[1])
    if (other > 0)
      return page(
        url,
        double.pulls.flatMap(({ number, head }) => (number === other && head !== undefined ? [head] : [])),
      )
    if (double.readOnly) return refused
    const { body: text } = body as { body: string }
    if (where === 'POST /repos/acme/digits/issues/7/comments')
      return { status: 201, body: show(addComment(double, text, bot)) }
    const id = Number(/^PATCH \/repos\/acme\/digits\/issues\/comments\/(\d+)$/.exec(where)?.[1])
    if (!(id > 0)) return { status: 404, body: { message: 'Not Found' } }
    return { status: 200, body: show(editComment(double, id, text)) }
  })
}

/** Starts a double of GitLab's REST API ("Notes", "Commits", "Users") on loopback. */
export async function gitlabDouble(token: string): Promise<ForgeDouble> {
  const project = '/api/v4/projects/42'
  return start('/api/v4', async (double, request, url, body) => {
    if (request.headers['private-token'] !== token)
      return { status: 401, body: { message: '401 Unauthorized' } }
    const show = ({ id, body: text, author }: DoubleComment): object => ({
      id,
      body: text,
      system: false,
      author: { id: author === 'us' ? 1 : 2, username: author },
    })
    const where = `${request.method} ${url.pathname}`
    if (where === 'GET /api/v4/user') return { status: 200, body: { id: 1, username: 'us' } }
    if (where === `GET ${project}/merge_requests/7/notes`) return page(url, double.comments.map(show))
    if (where === `GET ${project}/repository/merge_base`)
      return { status: 200, body: { id: double.mergeBase } }
    if (/\/repository\/commits\/\w+\/merge_requests$/.test(where)) return { status: 200, body: double.pulls }
    if (where === `GET ${project}/merge_requests/7/commits`)
      return page(
        url,
        double.commits.map((id) => ({ id })),
      )
    if (double.readOnly) return { status: 403, body: { message: '403 Forbidden' } }
    const { body: text } = body as { body: string }
    if (where === `POST ${project}/merge_requests/7/notes`)
      return { status: 201, body: show(addComment(double, text, 'us')) }
    const id = Number(/^PUT \/api\/v4\/projects\/42\/merge_requests\/7\/notes\/(\d+)$/.exec(where)?.[1])
    return { status: 200, body: show(editComment(double, id, text)) }
  })
}

interface Reply {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

type Handler = (double: ForgeDouble, request: IncomingMessage, url: URL, body: unknown) => Promise<Reply>

async function start(root: string, handle: Handler): Promise<ForgeDouble> {
  const server = createServer((request, response) => {
    void answer(double, handle, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  running.push(server)
  const double: ForgeDouble = {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}${root}`,
    comments: [],
    requests: [],
    obstacles: [],
    readOnly: false,
    mergeBase: undefined,
    pulls: [],
    commits: [],
  }
  return double
}

async function answer(
  double: ForgeDouble,
  handle: Handler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const url = new URL(request.url!, double.api)
  double.requests.push(`${request.method} ${url.pathname}`)
  const body = text === '' ? {} : (JSON.parse(text) as unknown)
  const reply = double.obstacles.shift() ?? (await handle(double, request, url, body))
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
  response.end(JSON.stringify(reply.body ?? {}))
}

function page(url: URL, items: readonly object[]): Reply {
  const number = Number(url.searchParams.get('page') ?? 1)
  const next = new URL(url)
  next.searchParams.set('page', String(number + 1))
  const hasMore = number * PAGE < items.length
  return {
    status: 200,
    body: items.slice((number - 1) * PAGE, number * PAGE),
    ...(hasMore && { headers: { link: `<${next.href}>; rel="next"` } }),
  }
}

function addComment(double: ForgeDouble, body: string, author: string): DoubleComment {
  const comment = { id: 1000 + double.comments.length, body, author }
  double.comments.push(comment)
  return comment
}

function editComment(double: ForgeDouble, id: number, body: string): DoubleComment {
  const found = double.comments.find((comment) => comment.id === id)!
  found.body = body
  return found
}
