import { isModelError } from '../domain/errors.ts'
import type { RunStatus } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { serve, type WrappedRun } from './serve.ts'

/** An endpoint for the command of one run. */
export interface RunEndpoint {
  readonly env: Readonly<Record<string, string>>
  close(): Promise<RunStatus | undefined>
}

/** Says which address is ours, so that a run within a run gets an endpoint of its own. */
const OURS = 'GIT_MODEL_MLFLOW'

/**
 * Starts an endpoint for the command of a run, so that a script that calls mlflow logs into this run.
 *
 * @returns the variables that lead there; undefined where the user has set them already, or no port is to be had.
 */
export async function serveRun(world: World, wrapped: WrappedRun): Promise<RunEndpoint | undefined> {
  if (isSetByUser(world)) return undefined
  try {
    const server = await serve(world, { wrapped })
    return {
      env: {
        MLFLOW_TRACKING_URI: server.url,
        MLFLOW_RUN_ID: wrapped.run,
        [OURS]: server.url,
        // Links to pages that are not here, behind a port that is about to close.
        MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: world.env['MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT'] ?? 'true',
        ...withoutProxy(world),
      },
      close: async () => {
        await server.close()
        return server.claimed()
      },
    }
  } catch (error) {
    if (isModelError(error, 'argument-invalid')) return undefined
    throw error
  }
}

function isSetByUser({ env }: World): boolean {
  const { MLFLOW_TRACKING_URI: uri, MLFLOW_RUN_ID: run, [OURS]: ours } = env
  if (uri === undefined) return run !== undefined && ours === undefined
  return uri !== ours
}

// Python's HTTP clients would ask the proxy for this machine's own address.
function withoutProxy({ env }: World): Record<string, string> {
  const hasProxy = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'].some((name) => env[name])
  if (!hasProxy) return {}
  const known = env['no_proxy'] ?? env['NO_PROXY'] ?? ''
  const list = known === '' ? '127.0.0.1' : `${known},127.0.0.1`
  return { no_proxy: list, NO_PROXY: list }
}
