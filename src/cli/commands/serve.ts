import { buildCommand } from '@stricli/core'
import { ModelError } from '../../domain/errors.ts'
import type { Context } from '../context.ts'

interface Flags {
  port: number
  host?: string
  token?: string
}

/** `git model serve`: MLflow's tracking protocol, from this repository. */
export const serve = buildCommand<Flags, [], Context>({
  docs: {
    brief: 'Serve MLflow clients from this repository',
    fullDescription: [
      "Speaks MLflow's tracking protocol on this machine, so that scripts that call mlflow record into git as they",
      'are. Ends with Ctrl-C, with everything that was logged in git. "git model run" starts one by itself.',
      '',
      'Beyond this machine it needs a token, which clients send as MLFLOW_TRACKING_TOKEN. docs/mlflow.md tells what',
      'becomes of what.',
      '',
      'Examples:',
      '  git model serve',
      '  git model serve --port 5001',
      '  MLFLOW_TRACKING_URI=http://localhost:5000 python train.py',
    ].join('\n'),
  },
  parameters: {
    flags: {
      port: {
        kind: 'parsed',
        parse: parsePort,
        brief: 'Port to listen on; 0 for a free one',
        default: '5000',
        placeholder: 'N',
      },
      host: {
        kind: 'parsed',
        parse: String,
        brief: 'Address to listen on (default: this machine alone)',
        optional: true,
        placeholder: 'ADDRESS',
      },
      token: {
        kind: 'parsed',
        parse: String,
        brief: 'What clients must send; read from GIT_MODEL_TOKEN when absent',
        optional: true,
        placeholder: 'TEXT',
      },
    },
  },
  async func({ port, host, token }) {
    const { serve: start } = await import('../../mlflow/serve.ts')
    const { renderMasked } = await import('../render/masked.ts')
    const server = await start(this.world, {
      port,
      host,
      token: token ?? this.world.env['GIT_MODEL_TOKEN'],
      onMasked: (places) => this.out.warn(...renderMasked(places)),
    })
    this.out.result(server.url)
    this.out.status('serving MLflow clients; Ctrl-C ends')
    this.out.status(`hint: export MLFLOW_TRACKING_URI=${server.url}`)
    await new Promise<void>((resolve) => {
      // Not `once`: without a listener of ours, a git process that runs at the moment would end this one too.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
    })
    await server.close()
  },
})

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port
  throw new ModelError('argument-invalid', `"${text}" is no port`, { hints: ['git model serve --port 5001'] })
}
