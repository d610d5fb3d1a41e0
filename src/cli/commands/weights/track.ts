import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'

/** `git model weights track`: route files through Git LFS. */
export const track = buildCommand<{ json?: boolean }, string[], Context>({
  docs: {
    brief: 'Route files through Git LFS from now on',
    fullDescription: [
      'Adds patterns to .gitattributes and to weights.patterns in .gitmodel.yaml; what is there stays as it is.',
      'Quote a pattern, so that the shell leaves it alone. A pattern with a slash counts from the root.',
      '',
      'Examples:',
      "  git model weights track '*.bin'",
      "  git model weights track 'models/**' embeddings.dat",
    ].join('\n'),
  },
  parameters: {
    flags: { json: jsonFlag },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: String, brief: 'Pattern, as .gitattributes spells it', placeholder: 'pattern' },
    },
  },
  async func(flags, ...patterns) {
    const { trackWeights } = await import('../../../features/track-weights.ts')
    const { renderTracked } = await import('../../render/weights.ts')
    const tracked = await trackWeights(this.world, patterns)
    if (flags.json === true) this.out.json({ schema: 'weights-tracked/v1', ...tracked })
    else for (const line of renderTracked(tracked)) this.out.status(line)
  },
})
