import { buildCommand } from '@stricli/core'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'

/** `git model checkout`: restore the weights of a version. */
export const checkout = buildCommand<
  { code?: boolean; json?: boolean },
  [version: string, model?: string],
  Context
>({
  docs: {
    brief: 'Restore the weights of a run or commit',
    fullDescription: [
      'Writes the weights of a version into the work tree, fetching their content where needed; the branch and',
      'the index stay as they are, so "git status" shows what changed. It refuses to overwrite uncommitted changes.',
      '',
      'Examples:',
      '  git model checkout baseline',
      '  git model checkout v1.2 digits',
      '  git model checkout 9f2c81 --code',
    ].join('\n'),
  },
  parameters: {
    flags: {
      code: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Restore the code of that version too',
      },
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, brief: 'Run, commit, branch or tag', placeholder: 'version' },
        {
          parse: String,
          optional: true,
          brief: 'Model: name or path (default: all of that version)',
          placeholder: 'model',
        },
      ],
    },
  },
  async func(flags, version, model) {
    const { openStore } = await import('../../store/open-store.ts')
    const { checkoutVersion } = await import('../../features/checkout-version.ts')
    const { renderCheckout } = await import('../render/checkout.ts')
    const result = await checkoutVersion(await openStore(this.world), version, model, {
      code: flags.code === true,
    })
    if (flags.json === true) this.out.json({ schema: 'checkout/v1', ...result })
    else for (const line of renderCheckout(result)) this.out.status(line)
  },
})
