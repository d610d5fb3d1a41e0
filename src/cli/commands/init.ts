import { buildCommand } from '@stricli/core'
import { ModelError } from '../../domain/errors.ts'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'

interface Flags {
  preset?: 'weights' | 'hf'
  remote?: string
  remove?: boolean
  json?: boolean
}

/** `git model init`: set a repository up. */
export const init = buildCommand<Flags, [], Context>({
  docs: {
    brief: 'Set this repository up, or take everything away again',
    fullDescription: [
      'Routes weight files through Git LFS (.gitattributes), writes a starter .gitmodel.yaml, installs the hooks',
      'beside those that are there, and lets git fetch bring runs and cards. What is there already stays as it is;',
      'twice changes nothing.',
      '',
      'Examples:',
      '  git model init',
      '  git model init --preset hf --remote upstream',
      '  git model init --remove',
    ].join('\n'),
  },
  parameters: {
    flags: {
      preset: {
        kind: 'enum',
        values: ['weights', 'hf'],
        optional: true,
        brief: 'Which files go through LFS: model weights (default), or all that Hugging Face routes',
      },
      remote: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Remote to exchange runs and cards with',
      },
      remove: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Take hooks and configuration away again',
      },
      json: jsonFlag,
    },
  },
  async func(flags) {
    const { renderInstalled, renderRemoved } = await import('../render/init.ts')
    if (flags.remove === true) {
      refuseBoth(flags)
      const { removeModel } = await import('../../features/remove-model.ts')
      const removed = await removeModel(this.world)
      if (flags.json === true) this.out.json({ schema: 'removed/v1', ...removed })
      else for (const line of renderRemoved(removed)) this.out.status(line)
      return
    }
    const { installModel } = await import('../../features/install-model.ts')
    const installed = await installModel(this.world, { preset: flags.preset, remote: flags.remote })
    if (flags.json === true) this.out.json({ schema: 'installed/v1', ...installed })
    else for (const line of renderInstalled(installed)) this.out.status(line)
  },
})

function refuseBoth(flags: Flags): void {
  if (flags.preset === undefined && flags.remote === undefined) return
  throw new ModelError(
    'argument-invalid',
    '--remove takes everything away; --preset and --remote do not go with it',
    {
      hints: ['git model init --remove'],
    },
  )
}
