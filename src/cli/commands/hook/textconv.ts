import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'

/** `git model hook textconv`: what git starts to compare weights as text. */
export const textconv = buildCommand<Record<never, never>, [file: string], Context>({
  docs: {
    brief: 'Write weights as text, a line for each tensor',
    fullDescription: [
      'Started by git diff, git log -p and git show for files whose attribute is diff=git-model.',
      '',
      'Examples:',
      '  git model hook textconv models/digits.safetensors',
    ].join('\n'),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, brief: 'The content, or its LFS pointer', placeholder: 'file' }],
    },
  },
  async func(_flags, file) {
    const { describeContent } = await import('../../../features/describe-content.ts')
    const { renderContent } = await import('../../render/content.ts')
    this.out.result(renderContent(await describeContent(this.world, file)))
  },
})
