import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'
import { modelParameter } from './model-parameter.ts'

interface Flags {
  json?: boolean
  raw?: boolean
}

/** `git model card show`: show a model's card. */
export const show = buildCommand<Flags, [model: string], Context>({
  docs: {
    brief: "Show a model's card",
    fullDescription: [
      'Where the weights changed since the card was written, the earlier card is shown and called stale.',
      '',
      'Examples:',
      '  git model card show digits',
      '  git model card show digits@HEAD~3',
      '  git model card show --raw digits      # the YAML as it is stored',
    ].join('\n'),
  },
  parameters: {
    flags: {
      json: jsonFlag,
      raw: { kind: 'boolean', optional: true, withNegated: false, brief: 'Print the YAML as it is stored' },
    },
    positional: { kind: 'tuple', parameters: [modelParameter] },
  },
  async func(flags, spec) {
    const { showModelCard } = await import('../../../features/show-model-card.ts')
    const { safeBlock, safeText } = await import('../../../domain/safe-text.ts')
    const shown = await showModelCard(this.world, spec)
    const { out } = this
    const { model } = shown.found
    if (flags.json === true) {
      const { name, path, target } = model
      const { card, problems, conflicts, unknown, staleFrom } = shown
      const state = staleFrom === undefined ? 'current' : 'stale'
      const about = { model: { name, path, target }, state, commit: staleFrom ?? null }
      return out.json({ schema: 'card-show/v1', ...about, card: card ?? null, problems, conflicts, unknown })
    }
    if (shown.staleFrom !== undefined) {
      const { formatCommand } = await import('../../../domain/quote-shell.ts')
      const hint = `git model card new ${formatCommand(spec)}   renews it`
      out.warn(
        safeText(`the weights of "${model.name}" changed since this card was written: it is stale`),
        safeText(hint),
      )
    }
    if (flags.raw === true) return out.result(out.isTerminal ? safeBlock(shown.text) : shown.text)
    const { cardSections } = await import('../../render/card.ts')
    const { renderSections } = await import('../../render/sections.ts')
    const width = out.isTerminal ? { width: out.width } : {}
    out.result(
      renderSections(cardSections(shown, out.colors), { format: 'text', colors: out.colors, ...width }),
    )
  },
})
