import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'
import { modelParameter } from './model-parameter.ts'

/** `git model card import`: take a Hugging Face README.md into a card. */
export const importCard = buildCommand<{ json?: boolean }, [model: string, file: string], Context>({
  docs: {
    brief: 'Take a Hugging Face README.md into a card',
    fullDescription: [
      'The front matter and the text replace those of the card, as they are: comments, quotes and order stay. The',
      'strict part of the card stays, or is filled with what is known where there was no card.',
      '',
      'Examples:',
      '  git model card import digits README.md',
    ].join('\n'),
  },
  parameters: {
    flags: { json: jsonFlag },
    positional: {
      kind: 'tuple',
      parameters: [modelParameter, { parse: String, brief: 'README.md of the model', placeholder: 'FILE' }],
    },
  },
  async func(flags, spec, file) {
    const { importCard: take } = await import('../../../features/import-card.ts')
    const { model, existed, changes, unknown } = await take(this.world, spec, file)
    const { out } = this
    const { name, path, target } = model
    if (flags.json === true) {
      return out.json({ schema: 'card-import/v1', model: { name, path, target }, existed, changes, unknown })
    }
    const { safeText } = await import('../../../domain/safe-text.ts')
    const { groupFields } = await import('../../../domain/unknown-fields.ts')
    if (changes.length === 0)
      return out.status(safeText(`the card of ${name} says what ${file} says already`))
    out.status(
      safeText(existed ? `took ${file} into the card of ${name}` : `made the card of ${name} from ${file}`),
    )
    if (existed) {
      const { renderCardChanges } = await import('../../render/card-changes.ts')
      out.result(renderCardChanges(changes, out.colors))
    }
    if (unknown.length > 0) out.status(safeText(`unknown: ${groupFields(unknown).join('; ')}`))
  },
})
