import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { allowedByVariable, allowSecrets } from '../domain/allow-secrets.ts'
import { ModelError } from '../domain/errors.ts'
import type { Oid, RunStatus } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { readConfig } from '../store/config.ts'
import type { Tracking } from './tracking/tracking.ts'

/** How to serve. */
export interface ServeOptions {
  /** Default: a free one. */
  readonly port?: number | undefined
  /** Default: loopback. Any other needs a token. */
  readonly host?: string | undefined
  readonly token?: string | undefined
  /** The run of the command that this serves, if it serves one. Nothing is read before the command asks. */
  readonly wrapped?: WrappedRun | undefined
  /** Hears of each place that is masked because it looks like a credential, once. */
  readonly onMasked?: ((places: readonly string[]) => void) | undefined
  readonly patience?: Patience | undefined
}

/** A run that has started, with what is known of its repository. */
export interface WrappedRun {
  readonly run: Oid
  readonly repo: Repository
  /** What may be kept although it looks like a credential. */
  readonly allowed: readonly string[]
}

/** A tracking endpoint that answers. */
export interface TrackingServer {
  /** What clients set as `MLFLOW_TRACKING_URI`. */
  readonly url: string
  /** The status that the command of the run claimed, where this serves one. */
  claimed(): RunStatus | undefined
  /** Ends: no more requests, those that wait are answered, and what ended is in the notes. */
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
/** How long the server waits for a client, in milliseconds. */
export interface Patience {
  /** For the head of a request. */
  readonly head: number
  /** For the whole of a JSON body. */
  readonly body: number
  /** While a connection is silent in the middle of a file. */
  readonly silence: number
  /** Between two requests. */
  readonly idle: number
  /** For requests that are being answered once the server ends. */
  readonly grace: number
}

const PATIENCE: Patience = { head: 20_000, body: 60_000, silence: 120_000, idle: 60_000, grace: 2000 }

/**
 * Starts to serve MLflow's tracking protocol from the repository that the user stands in. It listens at once; what it
 * has to know is read meanwhile.
 *
 * @throws ModelError `not-a-repository`, `config-invalid`, `argument-invalid` for a host without a token or a port that is taken.
 */
export async function serve(world: World, options: ServeOptions = {}): Promise<TrackingServer> {
  const host = options.host ?? LOOPBACK
  const isLocal = [LOOPBACK, 'localhost', '::1'].includes(host)
  if (!isLocal && (options.token ?? '') === '') throw needsToken(host)
  // Whoever starts a server is about to ask: it loads while git is being asked. Most commands that a run wraps never do.
  if (options.wrapped === undefined) void loadAnswers()
  const { repo, allowed } = options.wrapped ?? (await openServed(world))
  const policy = { isAllowed: allowSecrets(allowed), onMasked: options.onMasked ?? (() => {}) }
  let loaded: Tracking | undefined
  const track = async (): Promise<Tracking> => {
    const [{ Tracking }] = await loadAnswers()
    return (loaded ??= new Tracking(world, repo, policy, options.wrapped?.run))
  }
  const patience = options.patience ?? PATIENCE
  const access = { host: isLocal ? undefined : host, token: options.token, bodyTimeout: patience.body }
  const server = createServer({ connectionsCheckingInterval: patience.head / 4 }, (request, response) => {
    void loadAnswers().then(([, { handleRequest }]) => handleRequest(request, response, track, access))
  })
  server.headersTimeout = patience.head
  server.requestTimeout = 0
  server.keepAliveTimeout = patience.idle
  server.setTimeout(patience.silence, (socket) => socket.destroy())
  await listen(server, options.port ?? 0, host)
  const { port } = server.address() as AddressInfo
  if (options.wrapped === undefined) void warmUp(track)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    claimed: () => loaded?.wrapped?.status,
    close: async () => {
      await closeServer(server, patience.grace)
      await loaded?.close()
    },
  }
}

async function openServed(world: World): Promise<Omit<WrappedRun, 'run'>> {
  const repo = await openRepository(world)
  const { secrets } = await readConfig(repo)
  return { repo, allowed: [...(secrets?.allow ?? []), ...allowedByVariable(world.env)] }
}

async function importAnswers() {
  return Promise.all([import('./tracking/tracking.ts'), import('./handle-request.ts')])
}

let answers: ReturnType<typeof importAnswers> | undefined

function loadAnswers(): ReturnType<typeof importAnswers> {
  return (answers ??= importAnswers())
}

// What is wrong is told to who asks.
async function warmUp(track: () => Promise<Tracking>): Promise<void> {
  try {
    await (await track()).refresh()
  } catch {
    // The next request meets it.
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    throw new ModelError(
      'argument-invalid',
      `cannot listen on ${host}:${port}: ${(error as Error).message}`,
      {
        hints: ['choose another port: git model serve --port 5001', 'or let the system choose: --port 0'],
        data: { host, port },
        cause: error,
      },
    )
  }
}

async function closeServer(server: Server, grace: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), grace)
  await closed
  clearTimeout(timer)
}

function needsToken(host: string): ModelError {
  return new ModelError(
    'argument-invalid',
    `whoever reaches "${host}" could write runs into this repository`,
    {
      hints: [
        `set a token: git model serve --host ${host} --token "$(openssl rand -hex 16)"`,
        'clients send it as MLFLOW_TRACKING_TOKEN',
      ],
      data: { host },
    },
  )
}
