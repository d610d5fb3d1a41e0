import { buildCommand } from '@stricli/core'
import { ModelError } from '../../../domain/errors.ts'
import type { Context } from '../../context.ts'
import { jsonFlag, variadic } from '../../flags.ts'
import { modelParameter } from './model-parameter.ts'

interface Flags {
  json?: boolean
  unset?: readonly string[]
}

/** `git model card set`: change fields of a card. */
export const set = buildCommand<Flags, [model: string, ...assignments: string[]], Context>({
  docs: {
    brief: 'Change fields of a card, and nothing else in it',
    fullDescription: [
      'Top-level fields are Hugging Face metadata; the strict part is under card. Every byte that does not belong to',
      'a changed field stays. The card is checked first: all of the changes are made, or none. Setting a field settles',
      'its conflict.',
      '',
      'field=value sets, field+=item appends to a list, field-=item takes out of it. A value that begins with [, { or "',
      'is read as JSON; null marks a field unknown.',
      '',
      'Examples:',
      '  git model card set digits license=mit tags+=vision',
      '  git model card set digits card.identity.version=1.1 card.considerations.limitations+="upright digits only"',
      `  git model card set digits 'card.considerations.ethical[0]={"name": "misreading", "mitigation": "a person checks"}'`,
      '  git model card set digits --unset license_link',
    ].join('\n'),
  },
  parameters: {
    flags: { json: jsonFlag, unset: variadic('Field to take away; may be given several times') },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { ...modelParameter, brief: 'MODEL, then field=value…', placeholder: 'MODEL|field=value' },
    },
  },
  async func(flags, spec, ...texts) {
    const { parseCardAssignment, parseCardRemoval } = await import('../../../domain/card-assignment.ts')
    const assignments = [...texts.map(parseCardAssignment), ...(flags.unset ?? []).map(parseCardRemoval)]
    if (assignments.length === 0) throw nothingToSet(spec)
    const { setCard } = await import('../../../features/set-card.ts')
    const { model, changes, settled, warnings } = await setCard(this.world, spec, assignments)
    const { out } = this
    const { name, path, target } = model
    if (flags.json === true)
      return out.json({ schema: 'card-set/v1', model: { name, path, target }, changes, settled, warnings })
    const { safeText } = await import('../../../domain/safe-text.ts')
    const { renderCardChanges } = await import('../../render/card-changes.ts')
    const shown = changes.filter(({ field }) => !field.startsWith('card.conflicts'))
    if (changes.length === 0) return out.status(safeText(`nothing changed in the card of ${name}`))
    out.status(safeText(`changed the card of ${name}`))
    out.result(renderCardChanges(shown, out.colors))
    for (const { field, message } of warnings) out.warn(safeText(`"${field}" ${message}`))
    if (settled.length > 0) out.status(safeText(`settled: ${settled.join(', ')}`))
  },
})

function nothingToSet(spec: string): ModelError {
  return new ModelError('argument-invalid', 'there is nothing to set', {
    hints: [`git model card set ${spec.includes('=') ? 'MODEL' : spec} license=mit`, 'git model card set -h'],
  })
}
