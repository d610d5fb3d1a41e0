import { buildCommand } from '@stricli/core'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'

/** `git model sync`: bring a remote and this clone to the same metadata. */
export const sync = buildCommand<{ json?: boolean }, [remote?: string], Context>({
  docs: {
    brief: 'Exchange runs, cards and their files with a remote',
    fullDescription: [
      'Fetches what others recorded, merges it, uploads the content of new outputs and pushes. "git push" and',
      '"git pull" do the same through the hooks; this does it at will.',
      '',
      'Examples:',
      '  git model sync',
      '  git model sync upstream',
    ].join('\n'),
  },
  parameters: {
    flags: { json: jsonFlag },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          optional: true,
          brief: 'Remote (default: that of the branch)',
          placeholder: 'remote',
        },
      ],
    },
  },
  async func(flags, remote) {
    const { openStore } = await import('../../store/open-store.ts')
    const { syncMetadata } = await import('../../features/sync-metadata.ts')
    const { renderConflicts, renderGone, renderSync } = await import('../render/sync.ts')
    const result = await syncMetadata(await openStore(this.world), remote, (step) => this.out.progress(step))
    if (flags.json === true) this.out.json({ schema: 'sync/v1', ...result })
    else this.out.status(renderSync(result))
    for (const { text, hint } of [...renderGone(result.gone), ...renderConflicts(result.conflicts)])
      this.out.warn(text, hint)
  },
})
