import { buildCommand } from '@stricli/core'
import { ModelError } from '../../domain/errors.ts'
import type { Context } from '../context.ts'
import { allowSecretFlag, jsonFlag, variadic } from '../flags.ts'

interface Flags {
  run?: string
  step?: number
  param?: readonly string[]
  tag?: readonly string[]
  note?: string
  metrics?: readonly string[]
  output?: readonly string[]
  artifact?: readonly string[]
  force?: boolean
  allowSecret?: readonly string[]
  json?: boolean
}

/** `git model log`: add metrics, params, tags and artifacts to a run. */
export const log = buildCommand<Flags, string[], Context>({
  docs: {
    brief: 'Add metrics, parameters, tags or files to a run',
    fullDescription: [
      'Inside "git model run" it adds to that run, and starts no git process. Elsewhere name the run; one that',
      'has ended can be added to as well. "nan", "inf" and "-inf" are values. "--tag name=" takes a tag away.',
      '',
      'Examples:',
      '  git model log loss=0.31 acc=0.92 --step 10',
      '  git model log --artifact plots/confusion.png',
      '  git model log --run baseline -t pick=true test/acc=0.93',
      '  git model log --run baseline --metrics results.json --output models/digits.safetensors',
    ].join('\n'),
  },
  parameters: {
    flags: {
      run: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Run to add to: id or name (default: the active one)',
      },
      step: {
        kind: 'parsed',
        parse: parseStep,
        optional: true,
        brief: 'Step or epoch of the metrics (default: 0)',
        placeholder: 'n',
      },
      param: variadic('Parameter', 'k=v'),
      tag: variadic('Tag; pick=true marks the run that counts', 'k=v'),
      note: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Free text; replaces the notes of the run',
        placeholder: 'text',
      },
      metrics: variadic('Metric file to read (JSON, YAML, CSV, JSONL); a path or glob', 'path'),
      output: variadic(
        'Weights or other file to keep at its own path, in Git LFS; a path, folder or glob',
        'path',
      ),
      artifact: variadic('File to keep with the run, in Git LFS; a path, folder or glob', 'path'),
      force: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Keep outputs that were written after the run had ended too',
      },
      allowSecret: allowSecretFlag,
      json: jsonFlag,
    },
    aliases: { p: 'param', t: 'tag' },
    positional: {
      kind: 'array',
      parameter: { parse: String, brief: 'Metrics, name=number', placeholder: 'name=value' },
    },
  },
  async func(flags, ...metrics) {
    const { logToRun } = await import('../../features/log-to-run.ts')
    const { parseAssignments, parseMetrics } = await import('../../domain/assignment.ts')
    const given = [metrics, flags.param, flags.tag, flags.metrics, flags.output, flags.artifact]
    if (flags.note === undefined && given.every((each = []) => each.length === 0)) throw nothingToLog()
    const tags = Object.entries(parseAssignments(flags.tag ?? []))
    const { strayStep, ...logged } = await logToRun(this.world, {
      run: flags.run,
      metrics: parseMetrics(metrics),
      step: flags.step,
      params: parseAssignments(flags.param ?? []),
      tags: Object.fromEntries(tags.map(([key, value]) => [key, value === '' ? null : value])),
      notes: flags.note,
      artifacts: flags.artifact ?? [],
      outputs: flags.output ?? [],
      force: flags.force === true,
      metricFiles: flags.metrics ?? [],
      allowSecrets: flags.allowSecret ?? [],
    })
    if (logged.masked.length > 0) {
      const { renderMasked } = await import('../render/masked.ts')
      this.out.warn(...renderMasked(logged.masked))
    }
    if (logged.leftOut.length > 0) {
      const { renderLeftOut } = await import('../render/left-out.ts')
      this.out.warn(renderLeftOut(logged.leftOut))
    }
    if (strayStep !== undefined) await warnOfStep(this, flags.run, metrics, strayStep)
    if (flags.json === true) this.out.json({ schema: 'logged/v1', ...logged })
    else if (!logged.live) this.out.status(`added to run ${logged.run.slice(0, 12)}; git push shares it`)
  },
})

async function warnOfStep(
  { out }: Context,
  run: string | undefined,
  metrics: readonly string[],
  step: number,
): Promise<void> {
  const { formatCommand } = await import('../../domain/quote-shell.ts')
  const { safeText } = await import('../../domain/safe-text.ts')
  const others = metrics.filter((pair) => !pair.startsWith('step='))
  const named = run === undefined ? [] : ['--run', run]
  const typed = formatCommand('git', 'model', 'log', ...named, ...others, '--step', String(step))
  out.warn('"step" was logged as a metric; the step of a metric is a flag', safeText(typed))
}

function nothingToLog(): ModelError {
  return new ModelError('argument-invalid', 'there is nothing to log', {
    hints: ['git model log loss=0.31 acc=0.92 --step 10', 'git model log -h'],
  })
}

function parseStep(text: string): number {
  const step = Number(text)
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(step)) return step
  throw new Error(`"${text}" is not a whole number`)
}
