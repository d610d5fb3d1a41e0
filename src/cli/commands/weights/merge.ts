import { buildCommand } from '@stricli/core'
import { MERGE_STRATEGIES, type MergeStrategy } from '../../../domain/merge-strategy.ts'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'
import { parseReal } from '../../parse-real.ts'

interface Flags {
  strategy: MergeStrategy
  base?: string
  weight?: readonly number[]
  samples?: string
  scale?: number
  density?: number
  position?: number
  force?: boolean
  noCard?: boolean
  json?: boolean
}

const on = { kind: 'boolean', optional: true, withNegated: false } as const
const text = { kind: 'parsed', parse: String, optional: true } as const
const number = { kind: 'parsed', parse: parseReal, optional: true } as const

/** `git model weights merge`: merge weights by parameter. */
export const merge = buildCommand<Flags, [out: string, ...inputs: string[]], Context>({
  docs: {
    brief: 'Merge weights by parameter',
    fullDescription: [
      'Writes OUT from two inputs or more, which are what "git model weights diff" takes. What is the same in all of',
      'them is kept byte for byte; integers and quantised tensors are never averaged, and a tensor whose shape or dtype',
      'differs is a conflict. With --base, a tensor that only one input changed is taken from it; for task-arithmetic',
      'and ties, the base is what changes are measured from. The card of the result names parents and method.',
      '',
      'Examples:',
      '  git model weights merge --strategy average models/digits.safetensors digits@main digits@wider',
      '  git model weights merge --strategy weighted --weight 600 --weight 200 out.safetensors a.safetensors b.safetensors',
      '  git model weights merge --strategy ties --base digits@v1 out.safetensors digits@main digits@wider',
    ].join('\n'),
  },
  parameters: {
    flags: {
      strategy: { kind: 'enum', values: MERGE_STRATEGIES, brief: 'What to do with a tensor that differs' },
      base: { ...text, brief: 'The weights from which the inputs were made' },
      weight: {
        ...number,
        variadic: true,
        brief: 'weighted, task-arithmetic, ties: weight of an input, in their order',
      },
      samples: {
        ...text,
        brief: 'weighted: the parameter or metric of a run with its sample count (default: samples)',
      },
      scale: { ...number, brief: 'task-arithmetic, ties: by what changes are multiplied (default: 1)' },
      density: { ...number, brief: 'ties: the share of changes that is kept, from 0 to 1 (default: 0.2)' },
      position: { ...number, brief: 'slerp: from 0, the first, to 1, the second (default: 0.5)' },
      force: { ...on, brief: 'Overwrite a file that is there' },
      noCard: { ...on, brief: 'Write no card' },
      json: jsonFlag,
    },
    positional: {
      kind: 'array',
      parameter: {
        parse: String,
        brief: 'The file to write, then the weights to merge',
        placeholder: 'out-inputs',
      },
      minimum: 3,
    },
  },
  async func(flags, out, ...inputs) {
    const { mergeWeights } = await import('../../../features/merge-weights.ts')
    const { strategy, base, weight, samples, scale, density, position } = flags
    const merged = await mergeWeights(this.world, out, inputs, {
      strategy,
      ...(base !== undefined && { base }),
      ...(weight !== undefined && weight.length > 0 && { weights: weight }),
      ...(samples !== undefined && { samples }),
      ...(scale !== undefined && { scale }),
      ...(density !== undefined && { density }),
      ...(position !== undefined && { position }),
      force: flags.force === true,
      card: flags.noCard !== true,
      progress: (done, all) => this.out.progress(`merging ${Math.floor((100 * done) / all)}%`),
    })
    if (flags.json === true) return this.out.json({ schema: 'weights-merged/v1', ...merged })
    const { renderMerged } = await import('../../render/weights-merge.ts')
    for (const line of renderMerged(merged)) this.out.status(line)
  },
})
