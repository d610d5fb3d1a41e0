import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'
import { modelParameter } from './model-parameter.ts'

/** `git model card new`: write the card of weights that have none. */
export const newCard = buildCommand<{ json?: boolean }, [model: string], Context>({
  docs: {
    brief: 'Write the card of weights that have none, from what is known',
    fullDescription: [
      'Files, training and measurements come from the weights and from the run that produced them. Where an earlier',
      'version of the model has a card, what people wrote in it is carried over. What is not known is marked unknown:',
      'a licence is never guessed.',
      '',
      'Examples:',
      '  git model card new digits',
      '  git model card new models/digits.safetensors@v1.0',
    ].join('\n'),
  },
  parameters: { flags: { json: jsonFlag }, positional: { kind: 'tuple', parameters: [modelParameter] } },
  async func(flags, spec) {
    const { newCard: write } = await import('../../../features/new-card.ts')
    const { safeText } = await import('../../../domain/safe-text.ts')
    const { groupFields } = await import('../../../domain/unknown-fields.ts')
    const { model, run, from, unknown, review } = await write(this.world, spec)
    const { name, path, target } = model
    if (flags.json === true) {
      const made = { model: { name, path, target }, run: run ?? null, from: from ?? null, unknown, review }
      return this.out.json({ schema: 'card-new/v1', ...made })
    }
    const { out } = this
    const source =
      run === undefined
        ? 'no run here is known to have produced them'
        : `produced by run ${run.name} (${run.run.slice(0, 12)})`
    out.status(
      safeText(
        from === undefined
          ? `wrote the card of ${name}`
          : `wrote the card of ${name}, from the one of ${from.slice(0, 12)}`,
      ),
    )
    out.status(safeText(`weights: ${path}, ${source}`))
    if (review.length > 0)
      out.warn(safeText(`carried over, and perhaps about the earlier weights: ${review.join(', ')}`))
    if (unknown.length > 0) out.status(safeText(`unknown: ${groupFields(unknown).join('; ')}`))
    const { formatCommand } = await import('../../../domain/quote-shell.ts')
    out.status(safeText(`fill it in: git model card edit ${formatCommand(spec)}`))
  },
})
