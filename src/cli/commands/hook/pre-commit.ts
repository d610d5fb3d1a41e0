import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'

/** `git model hook pre-commit`: what the pre-commit hook starts when there is something to check. */
export const preCommit = buildCommand<Record<never, never>, [], Context>({
  docs: {
    brief: 'Check what is about to be committed',
    fullDescription: [
      'Started by the pre-commit hook. Weights that are staged as content go through LFS; a large binary outside',
      'LFS, a pickle where none is allowed and an invalid .gitmodel.yaml stop the commit.',
      '',
      'Examples:',
      '  git model hook pre-commit',
    ].join('\n'),
  },
  parameters: {},
  async func() {
    const { checkStaged } = await import('../../../features/check-staged.ts')
    const { groupFindings, renderErrors, renderRouted } = await import('../../render/staged.ts')
    const { routed, findings } = await checkStaged(this.world)
    if (routed.length > 0) this.out.status(renderRouted(routed))
    const groups = groupFindings(findings)
    for (const { messages, hint, stops } of groups.toSorted((a, b) => Number(a.stops) - Number(b.stops))) {
      if (stops) for (const line of renderErrors(messages, hint)) this.out.status(line)
      else
        for (const message of messages) this.out.warn(message, message === messages.at(-1) ? hint : undefined)
    }
    if (!groups.some(({ stops }) => stops)) return
    this.out.status('nothing was committed; GIT_MODEL_HOOKS=0 git commit skips these checks')
    this.process.exitCode = 1
  },
})
