import { buildCommand, type Command } from '@stricli/core'
import type { Context } from '../../context.ts'

/** Makes the command of a hook that folds in what was fetched. */
export function foldCommand(hook: string): Command<Context> {
  return buildCommand<Record<never, never>, string[], Context>({
    docs: {
      brief: 'Fold in the runs and cards that were fetched',
      fullDescription: [
        `Started by the ${hook} hook when something was fetched.`,
        '',
        'Examples:',
        `  git model hook ${hook}`,
      ].join('\n'),
    },
    parameters: {
      positional: {
        kind: 'array',
        parameter: { parse: String, brief: 'What git tells the hook; not used', placeholder: 'argument' },
      },
    },
    async func() {
      const { foldAfterFetch } = await import('../../../features/fold-after-fetch.ts')
      const { renderReceived, renderRefused } = await import('../../render/received.ts')
      const folded = await foldAfterFetch(this.world)
      const line = renderReceived(folded)
      if (line !== undefined) this.out.status(line)
      for (const refused of folded.refused) this.out.warn(renderRefused(refused), 'git model doctor')
      if (folded.conflicts.length === 0) return
      const { renderConflicts } = await import('../../render/sync.ts')
      for (const { text, hint } of renderConflicts(folded.conflicts)) this.out.warn(text, hint)
    },
  })
}
