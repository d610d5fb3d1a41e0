import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'

interface Flags {
  format?: 'text' | 'md'
  headers?: boolean
  all?: boolean
  json?: boolean
}

const on = { kind: 'boolean', optional: true, withNegated: false } as const

/** `git model weights diff`: compare two versions of weights by tensor. */
export const diff = buildCommand<Flags, [before: string, after?: string], Context>({
  docs: {
    brief: 'Compare two versions of weights by tensor',
    fullDescription: [
      'Says which tensors were added, removed, renamed (the same content), reshaped, retyped or changed, how far each',
      'moved, and in which layers. A version is a file or folder, a model, REVISION:PATH, RUN:PATH, MODEL@REVISION or a',
      'run. With one version, it is compared with the work tree, and a file of the work tree with HEAD. The content is',
      'read from the work tree and the LFS store; nothing is fetched. Weights are safetensors.',
      '',
      'Examples:',
      '  git model weights diff digits',
      '  git model weights diff digits@main digits',
      '  git model weights diff main:models/digits.safetensors models/digits.safetensors',
      '  git model weights diff --format md baseline wider',
    ].join('\n'),
  },
  parameters: {
    flags: {
      format: {
        kind: 'enum',
        values: ['text', 'md'],
        optional: true,
        brief: 'How to write it: text (default) or md',
      },
      headers: { ...on, brief: 'Compare names, shapes and dtypes only: no content is read' },
      all: { ...on, brief: 'Show every layer and every tensor that differs' },
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, brief: 'The earlier weights', placeholder: 'before' },
        {
          parse: String,
          optional: true,
          brief: 'The later ones (default: the work tree)',
          placeholder: 'after',
        },
      ],
    },
  },
  async func(flags, before, after) {
    const { diffWeights } = await import('../../../features/diff-weights.ts')
    const difference = await diffWeights(this.world, before, after, {
      headers: flags.headers === true,
      progress: (done, all) => this.out.progress(`comparing ${Math.floor((100 * done) / all)}%`),
    })
    if (flags.json === true) return this.out.json({ schema: 'weights-diff/v1', ...difference })
    const { renderWeightsDiff } = await import('../../render/weights-diff.ts')
    const { colors, width } = this.out
    const format = flags.format ?? 'text'
    this.out.result(renderWeightsDiff(difference, { format, colors, width, all: flags.all === true }))
  },
})
