import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'

/** `git model hook pre-push`: what the pre-push hook starts when there is something to push. */
export const prePush = buildCommand<{ objects?: boolean }, [remote: string, url?: string], Context>({
  docs: {
    brief: 'Push runs and cards along with code',
    fullDescription: [
      'Started by the pre-push hook. A failure stops the push of the code only where .gitmodel.yaml says',
      '"sync: {push: block}".',
      '',
      'Examples:',
      '  git model hook pre-push origin https://example.org/repository.git',
    ].join('\n'),
  },
  parameters: {
    flags: {
      objects: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Upload the files of runs only: git pushes our refs by itself',
      },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, brief: 'Remote', placeholder: 'remote' },
        { parse: String, optional: true, brief: 'Its address', placeholder: 'url' },
      ],
    },
  },
  async func(flags, remote) {
    const { syncOnPush } = await import('../../../features/sync-on-push.ts')
    const { renderConflicts, renderGone, renderSync } = await import('../../render/sync.ts')
    const { safeText } = await import('../../../domain/safe-text.ts')
    const { result, wired, error, stops } = await syncOnPush(
      this.world,
      remote,
      (step) => this.out.progress(step),
      flags,
    )
    if (wired) this.out.status(`git-model: git fetch ${safeText(remote)} brings runs and cards from now on`)
    if (result !== undefined) this.out.status(`git-model: ${renderSync(result)}`)
    for (const { text, hint } of [
      ...renderGone(result?.gone ?? 0),
      ...renderConflicts(result?.conflicts ?? []),
    ])
      this.out.warn(text, hint)
    if (error === undefined) return
    const what = stops
      ? 'the code was not pushed either, as sync.push is "block"'
      : 'the code is pushed all the same'
    this.out.warn(`${safeText(error.message)}; ${what}`, error.hints.map(safeText).join('\n') || undefined)
    if (stops) this.process.exitCode = 1
  },
})
