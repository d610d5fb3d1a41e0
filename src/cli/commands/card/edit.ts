import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { modelParameter } from './model-parameter.ts'

/** `git model card edit`: edit a card in the user's editor. */
export const edit = buildCommand<{ discard?: boolean }, [model: string], Context>({
  docs: {
    brief: "Edit a model's card in your editor",
    fullDescription: [
      'Opens the editor that git opens (GIT_EDITOR, core.editor, VISUAL, EDITOR) and checks what was saved. Text that',
      'cannot become a card is kept in a file, and the next edit opens it again: it is never lost.',
      '',
      'Examples:',
      '  git model card edit digits',
      '  git model card edit --discard digits      # start over from the card as it stands',
    ].join('\n'),
  },
  parameters: {
    flags: {
      discard: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Throw the text of an unfinished edit away',
      },
    },
    positional: { kind: 'tuple', parameters: [modelParameter] },
  },
  async func(flags, spec) {
    const { editCard } = await import('../../../features/edit-card.ts')
    const { safeText } = await import('../../../domain/safe-text.ts')
    const { out } = this
    const { model, changes, conflicts } = await editCard(this.world, spec, {
      discard: flags.discard === true,
      onOpen: (file, resumed) => {
        if (resumed) out.status(safeText(`opening the text of your unfinished edit: ${file}`))
      },
    })
    if (changes.length === 0) return out.status(safeText(`nothing changed in the card of ${model.name}`))
    const { renderCardChanges } = await import('../../render/card-changes.ts')
    out.status(safeText(`changed the card of ${model.name}`))
    out.result(
      renderCardChanges(
        changes.filter(({ field }) => !field.startsWith('card.conflicts')),
        out.colors,
      ),
    )
    if (conflicts.length === 0) return
    const { formatCommand } = await import('../../../domain/quote-shell.ts')
    const hint = `git model card resolve ${formatCommand(spec)}`
    out.warn(
      safeText(`somebody else changed the same fields meanwhile: ${conflicts.join(', ')}`),
      safeText(hint),
    )
  },
})
