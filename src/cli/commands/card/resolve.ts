import { buildCommand } from '@stricli/core'
import { ModelError } from '../../../domain/errors.ts'
import type { ConflictChoice } from '../../../features/resolve-card.ts'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'
import { modelParameter } from './model-parameter.ts'

interface Flags {
  ours?: boolean
  theirs?: boolean
  base?: boolean
  take?: number
  value?: string
  all?: boolean
  json?: boolean
}

/** `git model card resolve`: list the conflicts of a card, or settle them. */
export const resolve = buildCommand<Flags, [model: string, field?: string], Context>({
  docs: {
    brief: 'Settle fields that two people changed to different values',
    fullDescription: [
      'Without a choice it lists the conflicts: each value, who wrote it, and what all were made from. With one it',
      'settles FIELD, or the only conflict, or all of them with --all: all of the changes are made, or none.',
      '',
      'Ours is what you wrote, as user.email of git says; the number of a value is its place in the list.',
      '',
      'Examples:',
      '  git model card resolve digits',
      '  git model card resolve digits license --ours',
      '  git model card resolve digits card.identity.version --value 2.1',
      '  git model card resolve digits --theirs --all',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ours: choiceFlag('Take the value that you wrote'),
      theirs: choiceFlag('Take the value that somebody else wrote'),
      base: choiceFlag('Take the value that all were made from'),
      take: {
        kind: 'parsed',
        parse: parseNumber,
        optional: true,
        brief: 'Take a value by its number in the list',
        placeholder: 'n',
      },
      value: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Take a value of your own, as card set reads it',
        placeholder: 'value',
      },
      all: choiceFlag('Settle every conflict of the card in the same way'),
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        modelParameter,
        { parse: String, brief: 'Field, as the list names it', placeholder: 'FIELD', optional: true },
      ],
    },
  },
  async func(flags, spec, field) {
    const choice = chosen(flags)
    const { resolveCard } = await import('../../../features/resolve-card.ts')
    const { model, conflicts, edit } = await resolveCard(this.world, spec, choice, field, flags.all === true)
    const { out } = this
    const { name, path, target } = model
    if (flags.json === true) {
      const { conflictsJson } = await import('../../render/card-conflicts.ts')
      return out.json({
        schema: 'card-resolve/v1',
        model: { name, path, target: target ?? null },
        conflicts: conflictsJson(conflicts),
        settled: edit?.settled ?? [],
        changes: edit?.changes ?? [],
      })
    }
    const { safeText } = await import('../../../domain/safe-text.ts')
    if (conflicts.length === 0) return out.status(safeText(`the card of ${name} is in no conflict`))
    const { renderConflictSides, conflictHints } = await import('../../render/card-conflicts.ts')
    if (edit === undefined) {
      out.result(renderConflictSides(conflicts, this.world.now(), out.colors))
      for (const hint of conflictHints(spec, conflicts))
        out.status(`${out.errorColors.cyan('hint:')} ${hint}`)
      return
    }
    const { renderCardChanges } = await import('../../render/card-changes.ts')
    const shown = edit.changes.filter((change) => !change.field.startsWith('card.conflicts'))
    out.status(safeText(`settled: ${edit.settled.join(', ')}`))
    out.result(renderCardChanges(shown, out.colors))
    if (shown.length === 0) out.status('the value that stood there stays; git push shares that')
  },
})

function choiceFlag(brief: string): { kind: 'boolean'; optional: true; withNegated: false; brief: string } {
  return { kind: 'boolean', optional: true, withNegated: false, brief }
}

function chosen({ ours, theirs, base, take, value, all }: Flags): ConflictChoice | undefined {
  const choices: ConflictChoice[] = [
    ...(ours === true ? [{ take: 'ours' as const }] : []),
    ...(theirs === true ? [{ take: 'theirs' as const }] : []),
    ...(base === true ? [{ take: 'base' as const }] : []),
    ...(take === undefined ? [] : [{ take }]),
    ...(value === undefined ? [] : [{ value }]),
  ]
  if (choices.length > 1 || (choices.length === 0 && all === true)) {
    throw new ModelError('argument-invalid', 'choose one of --ours, --theirs, --base, --take and --value', {
      hints: ['git model card resolve --help'],
    })
  }
  return choices[0]
}

function parseNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new Error(`"${text}" is no number of a value`)
}
