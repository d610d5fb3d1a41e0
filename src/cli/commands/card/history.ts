import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'
import { modelParameter } from './model-parameter.ts'

/** `git model card history`: who changed what in a card, and when. */
export const history = buildCommand<{ json?: boolean }, [model: string], Context>({
  docs: {
    brief: "Tell who changed what in a model's card, and when",
    fullDescription: [
      'The newest change first. The cards of earlier versions of the model are included.',
      '',
      'Examples:',
      '  git model card history digits',
      '  git model card history --json digits@main',
    ].join('\n'),
  },
  parameters: { flags: { json: jsonFlag }, positional: { kind: 'tuple', parameters: [modelParameter] } },
  async func(flags, spec) {
    const { cardHistory } = await import('../../../features/card-history.ts')
    const { model, entries } = await cardHistory(this.world, spec)
    const { name, path, target } = model
    if (flags.json === true) {
      const shown = entries.map((entry) => ({ ...entry, commit: entry.commit ?? null }))
      return this.out.json({
        schema: 'card-history/v1',
        model: { name, path, target: target ?? null },
        entries: shown,
      })
    }
    const { safeText } = await import('../../../domain/safe-text.ts')
    const { formatCommand } = await import('../../../domain/quote-shell.ts')
    if (entries.length === 0) {
      return this.out.status(
        safeText(`"${name}" never had a card here; write one: git model card new ${formatCommand(spec)}`),
      )
    }
    const { renderCardHistory } = await import('../../render/card-history.ts')
    this.out.result(renderCardHistory(entries, this.out.colors))
  },
})
