import { buildCommand } from '@stricli/core'
import type { CardedModel } from '../../features/card-logged-models.ts'
import type { Listener } from '../../features/run-command.ts'
import type { StartedRun } from '../../features/start-run.ts'
import { isModelError } from '../../domain/errors.ts'
import type { RunRecord } from '../../domain/run.ts'
import type { World } from '../../domain/world.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { Context } from '../context.ts'
import { allowSecretFlag, jsonFlag, variadic } from '../flags.ts'

interface Flags {
  name?: string
  experiment?: string
  param?: readonly string[]
  tag?: readonly string[]
  metrics?: readonly string[]
  output?: readonly string[]
  input?: readonly string[]
  allowSecret?: readonly string[]
  mlflow: boolean
  json?: boolean
}

/** `git model run`: record a command as a run. */
export const run = buildCommand<Flags, string[], Context>({
  docs: {
    brief: 'Run a command and record it as a run',
    fullDescription: [
      'Commits the work tree as it is (beside your branch, which is not touched), runs the command, and keeps',
      'what it logs, its parameters, metrics, environment and output files. Its input, output, signals and exit',
      'code are its own. Inside the command, "git model log" adds to the run, and so does a script that calls',
      'mlflow, as it is: docs/mlflow.md.',
      '',
      'Examples:',
      '  git model run -- python train.py --lr 3e-4',
      '  git model run -n baseline -p lr=3e-4 --output models/digits.safetensors -- python train.py',
      '  git model run --metrics results.json --metrics "logs/*.csv" -- make train',
    ].join('\n'),
  },
  parameters: {
    flags: {
      name: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Name of the run (default: an invented one)',
      },
      experiment: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'Experiment that the run belongs to',
      },
      param: variadic('Parameter of the run', 'k=v'),
      tag: variadic('Tag of the run', 'k=v'),
      metrics: variadic(
        'Metric file that the command writes (JSON, YAML, CSV, JSONL); a path or glob',
        'path',
      ),
      output: variadic(
        'Weights or other file that the command writes, kept in Git LFS; a path, folder or glob',
        'path',
      ),
      input: variadic('Data that the command reads; recorded by its content', 'path'),
      allowSecret: allowSecretFlag,
      mlflow: {
        kind: 'boolean',
        default: true,
        withNegated: true,
        brief:
          'Let the command log through mlflow: MLFLOW_TRACKING_URI and MLFLOW_RUN_ID lead into the run (the default); --no-mlflow leaves it',
      },
      json: jsonFlag,
    },
    aliases: { n: 'name', e: 'experiment', p: 'param', t: 'tag' },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: String, brief: 'Command to run, after --', placeholder: 'command' },
    },
  },
  async func(flags, ...command) {
    const { runCommand } = await import('../../features/run-command.ts')
    const { lacksSharing } = await import('../../features/sharing-state.ts')
    const { parseAssignments } = await import('../../domain/assignment.ts')
    const { renderMasked } = await import('../render/masked.ts')
    const { renderCarded, renderEnded, renderStarted, renderUnkept } = await import('../render/run-status.ts')
    const options = {
      name: flags.name,
      experiment: flags.experiment,
      params: flags.param && parseAssignments(flags.param),
      tags: flags.tag && parseAssignments(flags.tag),
      metricFiles: flags.metrics ?? [],
      outputs: flags.output ?? [],
      inputs: flags.input ?? [],
      command,
      allowSecrets: flags.allowSecret,
      ...(flags.mlflow && { listen: (started: StartedRun) => listen(this.world, started) }),
    }
    const said: string[] = []
    let isLocal = false
    const ended = await runCommand(this.world, options, (started) => {
      isLocal = lacksSharing(started.repo)
      for (const line of renderStarted(started)) this.out.status(line)
      said.push(...started.masked)
      if (said.length > 0) this.out.warn(...renderMasked(said))
    })
    const late = ended.masked.filter((place) => !said.includes(place))
    if (late.length > 0) this.out.warn(...renderMasked(late))
    if (ended.leftOut.length > 0) {
      const { renderLeftOut } = await import('../render/left-out.ts')
      this.out.warn(renderLeftOut(ended.leftOut))
    }
    if (ended.record.partial !== undefined) {
      const { renderPartial } = await import('../render/partial-record.ts')
      for (const line of renderPartial(ended.record)) this.out.warn(line)
    }
    if (ended.unkept.length > 0) this.out.warn(...renderUnkept(ended.run, ended.unkept))
    for (const { message, hints } of ended.problems)
      this.out.warn(safeText(message), hints[0] && safeText(hints[0]))
    const carded = await cardModels(this, ended.record)
    const { run, record, masked, unkept } = ended
    if (flags.json === true) this.out.json({ schema: 'run-ended/v1', run, record, masked, unkept })
    else for (const line of [renderEnded(ended.record), ...carded.map(renderCarded)]) this.out.status(line)
    if (isLocal && !flags.json)
      this.out.status('hint: git model init   (git push does not share the runs of this clone yet)')
    this.process.exitCode = ended.exitCode === 0 && ended.problems.length > 0 ? 1 : ended.exitCode
  },
})

// What cannot be written now is no failure of the run.
async function cardModels(context: Context, record: RunRecord): Promise<CardedModel[]> {
  if (record.models === undefined) return []
  try {
    const { cardLoggedModels } = await import('../../features/card-logged-models.ts')
    return await cardLoggedModels(context.world, record)
  } catch (error) {
    if (!isModelError(error)) throw error
    const [hint] = error.hints
    context.out.warn(safeText(`no card for what was logged: ${error.message}`), hint && safeText(hint))
    return []
  }
}

async function listen(world: World, started: StartedRun): Promise<Listener | undefined> {
  const { serveRun } = await import('../../mlflow/serve-run.ts')
  return serveRun(world, started)
}
