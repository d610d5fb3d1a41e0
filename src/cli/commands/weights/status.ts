import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'

/** `git model weights status`: how the weight files stand. */
export const status = buildCommand<{ json?: boolean }, [], Context>({
  docs: {
    brief: 'Show how the weight files stand',
    fullDescription: [
      'Lists every file that .gitattributes routes through Git LFS: whether it is in LFS, whether its content is',
      'here, whether it is modified and pushed, and whether its model has a card; and large binaries outside LFS.',
      'Nothing is fetched: "pushed" is what this clone knows.',
      '',
      'Examples:',
      '  git model weights status',
      '  git model weights status --json',
    ].join('\n'),
  },
  parameters: { flags: { json: jsonFlag } },
  async func(flags) {
    const { weightsStatus } = await import('../../../features/weights-status.ts')
    const { renderWeightsStatus, weightsHints } = await import('../../render/weights.ts')
    const status = await weightsStatus(this.world)
    if (flags.json === true) return this.out.json({ schema: 'weights-status/v1', ...status })
    this.out.result(renderWeightsStatus(status, this.out))
    for (const hint of weightsHints(status)) this.out.status(hint)
  },
})
