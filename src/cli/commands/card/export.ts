import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { modelParameter } from './model-parameter.ts'

/** `git model card export`: write a card as a Hugging Face README.md. */
export const exportCard = buildCommand<{ force?: boolean }, [model: string, file?: string], Context>({
  docs: {
    brief: 'Write a card as a Hugging Face README.md',
    fullDescription: [
      'What was imported and not edited comes out byte for byte. The strict part of the card stays behind. Without',
      'FILE it goes to stdout.',
      '',
      'Examples:',
      '  git model card export digits README.md',
      '  git model card export digits@v1.0',
    ].join('\n'),
  },
  parameters: {
    flags: {
      force: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Overwrite a file that has another text',
      },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        modelParameter,
        { parse: String, brief: 'File to write', placeholder: 'FILE', optional: true },
      ],
    },
  },
  async func(flags, spec, file) {
    const { exportCard: write } = await import('../../../features/export-card.ts')
    const { safeBlock, safeText } = await import('../../../domain/safe-text.ts')
    const result = await write(this.world, spec, file, flags.force === true)
    if (result.file !== undefined) {
      const said =
        result.file === 'unchanged' ? `${file} has the card of ${result.model.name} already` : `wrote ${file}`
      return this.out.status(safeText(said))
    }
    if (this.out.isTerminal) this.out.result(safeBlock(result.readme))
    else this.process.stdout.write(result.readme)
  },
})
