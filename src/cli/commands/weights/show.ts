import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'

/** `git model weights show`: what weights hold. */
export const show = buildCommand<{ all?: boolean; json?: boolean }, [weights: string], Context>({
  docs: {
    brief: 'Show what weights hold: tensors, parameters, metadata',
    fullDescription: [
      'Tells the format by content and lists the tensors: safetensors, PyTorch, NumPy, GGUF, ONNX, Keras, TFLite, HDF5',
      'and more; docs/weights.md says what is read of each. Headers alone are read, nothing is loaded or run. Weights',
      'are a file or folder, a model, REVISION:PATH, MODEL@REVISION or a run; the index of a sharded checkpoint is one',
      'model with its shards. Content that is not here is fetched. More than 40 tensors are folded: those of one dtype',
      'and shape whose names differ only in numbers stand in one line.',
      '',
      'Examples:',
      '  git model weights show models/digits.safetensors',
      '  git model weights show main:models/llm/model.safetensors.index.json',
      '  git model weights show --all lr-3e-4',
    ].join('\n'),
  },
  parameters: {
    flags: {
      all: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Show every tensor by itself, and all metadata',
      },
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, brief: 'A file, folder, model, REVISION:PATH or run', placeholder: 'weights' },
      ],
    },
  },
  async func(flags, spec) {
    const { showWeights } = await import('../../../features/show-weights.ts')
    const { renderWeights } = await import('../../render/weights-show.ts')
    const { fetching } = await import('../../render/fetching.ts')
    const weights = await showWeights(this.world, spec, (path, size) => this.out.status(fetching(path, size)))
    if (flags.json === true) return this.out.json({ schema: 'weights-show/v1', weights })
    const { colors, isTerminal, width } = this.out
    const options = { format: 'text' as const, colors, all: flags.all === true }
    this.out.result(renderWeights(weights, isTerminal ? { ...options, width } : options))
  },
})
