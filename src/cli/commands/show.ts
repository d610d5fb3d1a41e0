import { buildCommand } from '@stricli/core'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'

interface Flags {
  format: 'text' | 'md'
  nearest?: boolean
  json?: boolean
}

/** `git model show` */
export const show = buildCommand<Flags, [target: string], Context>({
  docs: {
    brief: 'Show a run, a commit or a model',
    fullDescription: [
      'Show everything that is known of a run, of a commit and its runs, or of a model.',
      '',
      'The name is the first of these that fits: a run by its id (4 digits or more) or name, a model of',
      '.gitmodel.yaml (MODEL or MODEL@REVISION), a commit, branch or tag, the path of a weight file.',
      'run:, model: or commit: in front says which is meant. Default: HEAD.',
      '',
      'Examples:',
      '  git model show 9f2c41aa',
      '  git model show lr-3e-4 --format md',
      '  git model show HEAD --nearest',
      '  git model show digits@main',
    ].join('\n'),
  },
  parameters: {
    flags: {
      format: { kind: 'enum', values: ['text', 'md'], default: 'text', brief: 'Text or Markdown' },
      nearest: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'When a commit has no run, look at the closest ancestor that has one',
      },
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, brief: 'Run, model or commit', placeholder: 'RUN|COMMIT|MODEL', default: 'HEAD' },
      ],
    },
  },
  async func(flags, target) {
    const { showTarget } = await import('../../features/show-target.ts')
    const { shown, others } = await showTarget(this.world, target, { nearest: flags.nearest === true })
    if (flags.json === true) {
      const { showJson } = await import('../render/show-json.ts')
      this.out.json(showJson(shown))
    } else {
      const { renderShown } = await import('../render/show.ts')
      const { colors, isTerminal, width } = this.out
      const options = { format: flags.format, colors, now: this.world.now(), ...(isTerminal && { width }) }
      this.out.result(renderShown(shown, options))
    }
    for (const other of others) this.out.status(`the name fits something else too: git model show ${other}`)
  },
})
