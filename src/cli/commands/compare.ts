import { buildCommand } from '@stricli/core'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'
import type { TableFormat } from '../render/table.ts'

interface Flags {
  all?: boolean
  format: TableFormat
  json?: boolean
}

/** `git model compare` */
export const compare = buildCommand<Flags, string[], Context>({
  docs: {
    brief: 'Put runs side by side',
    fullDescription: [
      'Put runs side by side, one column each: what differs in their attributes, metrics, params, tags, inputs,',
      'outputs and environments. A run is named by its id (4 digits or more) or its name.',
      '',
      'A metric with a goal in .gitmodel.yaml shows it as an arrow, and the best value with a mark.',
      '',
      'Examples:',
      '  git model compare 9f2c41aa 03aa77d1',
      '  git model compare lr-1e-3 lr-3e-4 lr-1e-4 --format md',
      '  git model compare 9f2c41aa 03aa77d1 --all',
    ].join('\n'),
  },
  parameters: {
    flags: {
      all: { kind: 'boolean', brief: 'What is the same, too', optional: true, withNegated: false },
      format: {
        kind: 'enum',
        values: ['text', 'md', 'csv'],
        brief: 'Text, Markdown or CSV',
        default: 'text',
      },
      json: jsonFlag,
    },
    positional: {
      kind: 'array',
      parameter: { parse: String, brief: 'Run: id or name', placeholder: 'run' },
      minimum: 1,
    },
  },
  async func(flags, ...names) {
    const { compareRuns } = await import('../../features/compare-runs.ts')
    const compared = await compareRuns(this.world, names)
    const fields = compared.fields.filter(({ differs }) => flags.all === true || differs)
    const { renderComparedRuns, comparedRunsJson } = await import('../render/compared-runs.ts')
    if (flags.json === true) return this.out.json(comparedRunsJson(compared.runs, fields))
    const { colors } = this.out
    const options = { format: flags.format, now: this.world.now(), colors }
    this.out.result(renderComparedRuns(compared.runs, fields, options))
    const same = compared.fields.length - fields.length
    if (flags.format === 'text' && same > 0)
      this.out.status(`${same} ${same === 1 ? 'field is' : 'fields are'} the same; see them with --all`)
    return undefined
  },
})
