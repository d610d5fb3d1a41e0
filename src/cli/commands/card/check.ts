import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'
import { modelParameter } from './model-parameter.ts'

interface Flags {
  json?: boolean
  strict?: boolean
}

/** `git model card check`: check cards. */
export const check = buildCommand<Flags, [model?: string], Context>({
  docs: {
    brief: 'Check the cards: valid, of these weights, without conflicts',
    fullDescription: [
      'Without MODEL all models of .gitmodel.yaml are checked: "card: required" makes a missing or stale card a',
      'problem, "warn" a warning. With MODEL its card is asked for in any case. Exit code 1 on problems.',
      '',
      'Examples:',
      '  git model card check',
      '  git model card check digits@main',
      '  git model card check --strict digits      # unknown fields are problems too',
    ].join('\n'),
  },
  parameters: {
    flags: {
      json: jsonFlag,
      strict: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Warnings and unknown fields are problems too',
      },
    },
    positional: { kind: 'tuple', parameters: [{ ...modelParameter, optional: true }] },
  },
  async func(flags, spec) {
    const { checkCards } = await import('../../../features/check-cards.ts')
    const { checks, ok } = await checkCards(this.world, spec, flags.strict === true)
    if (!ok) this.process.exitCode = 1
    if (flags.json === true)
      return this.out.json({ schema: 'card-check/v1', ok, checks: checks.map(withNulls) })
    if (checks.length === 0)
      return this.out.status('.gitmodel.yaml names no models; name one: git model card check MODEL')
    const { renderCardChecks } = await import('../../render/card-check.ts')
    this.out.result(renderCardChecks(checks, this.out.colors))
  },
})

function withNulls<T extends { previous: unknown; revision: unknown }>(item: T): T {
  return { ...item, previous: item.previous ?? null, revision: item.revision ?? null }
}
