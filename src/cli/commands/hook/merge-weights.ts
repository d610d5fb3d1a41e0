import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'

type Files = [base: string, ours: string, theirs: string, path: string]

/** `git model hook merge-weights`: what git starts to merge weights. */
export const mergeWeights = buildCommand<Record<never, never>, Files, Context>({
  docs: {
    brief: 'Merge the weights of two branches',
    fullDescription: [
      'Started by git merge, rebase and cherry-pick for files whose attribute is merge=git-model. The result takes the',
      'place of ours; the exit code is 1 where tensors conflict, and ours stays.',
      '',
      'Examples:',
      '  git model hook merge-weights .merge_file_base .merge_file_ours .merge_file_theirs models/digits.safetensors',
    ].join('\n'),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, brief: 'The version that both come from', placeholder: 'base' },
        { parse: String, brief: 'Our version, and where the result goes', placeholder: 'ours' },
        { parse: String, brief: 'Their version', placeholder: 'theirs' },
        { parse: String, brief: 'Where the weights stand', placeholder: 'path' },
      ],
    },
  },
  async func(_flags, base, ours, theirs, path) {
    const { mergeDriver } = await import('../../../features/merge-driver.ts')
    const { renderDriverMerge } = await import('../../render/weights-merge.ts')
    const merged = await mergeDriver(this.world, { base, ours, theirs, path })
    for (const line of renderDriverMerge(merged)) this.out.status(line)
    if (merged.conflicts.length > 0) this.process.exitCode = 1
  },
})
