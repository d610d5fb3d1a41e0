import { buildCommand } from '@stricli/core'
import type { Goal } from '../../domain/config.ts'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'

interface Flags {
  metric?: string
  goal?: Goal
  filter?: string
  json?: boolean
}

/** `git model best` */
export const best = buildCommand<Flags, [], Context>({
  docs: {
    brief: 'Print the id of the best run',
    fullDescription: [
      'Print the id of the run with the best last value of a metric; of equal ones the newest.',
      '',
      'The metric is the primary one of .gitmodel.yaml when none is named, and its goal says which direction is',
      'better. Only finished runs count, unless FILTER speaks of the status. Runs without a value never count.',
      '',
      'Examples:',
      '  git model best',
      '  git model checkout $(git model best --metric val/acc)',
      `  git model best --metric val/loss --goal min --filter "params.optimizer = 'adam'"`,
    ].join('\n'),
  },
  parameters: {
    flags: {
      metric: {
        kind: 'parsed',
        parse: String,
        brief: 'By which metric',
        optional: true,
        placeholder: 'NAME',
      },
      goal: { kind: 'enum', values: ['max', 'min'], brief: 'Which direction is better', optional: true },
      filter: {
        kind: 'parsed',
        parse: String,
        brief: 'Only runs that fit',
        optional: true,
        placeholder: 'FILTER',
      },
      json: jsonFlag,
    },
  },
  async func(flags) {
    const { bestRun } = await import('../../features/best-run.ts')
    const found = await bestRun(this.world, {
      ...(flags.metric !== undefined && { metric: flags.metric }),
      ...(flags.goal !== undefined && { goal: flags.goal }),
      ...(flags.filter !== undefined && { filter: flags.filter }),
    })
    if (flags.json === true) {
      const { runJson } = await import('../render/runs-json.ts')
      const { run, ...rest } = found
      this.out.json({ schema: 'run-best/v1', ...rest, run: runJson(run) })
      return
    }
    const { safeText } = await import('../../domain/safe-text.ts')
    const { formatNumber } = await import('../render/number.ts')
    const { run, metric, goal, value, candidates } = found
    this.out.result(`${run.record.run}\n`)
    const among = candidates === 1 ? 'the only one' : `the ${goal} of ${candidates} runs`
    this.out.status(`${safeText(run.record.name)}: ${safeText(metric)} ${formatNumber(value)}, ${among}`)
  },
})
