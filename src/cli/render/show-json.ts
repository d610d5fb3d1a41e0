import type { Series } from '../../domain/series.ts'
import type { ShownTarget } from '../../features/show-target.ts'
import type { ShownCommit } from '../../features/show-commit.ts'
import type { ShownModel } from '../../features/show-model.ts'
import type { ShownRun } from '../../features/show-run.ts'
import type { ModelAt } from '../../store/models.ts'
import { isoTime, runJson } from './runs-json.ts'

/** An answer of `git model show --json`: `run-show/v1`, `model-show/v1` or `commit-show/v1`. */
export type ShowJson = { schema: string } & Record<string, unknown>

/** Makes the JSON answer for a run, a model or a commit. What is not known is null. */
export function showJson(shown: ShownTarget['shown']): ShowJson {
  if (shown.kind === 'run') return runShowJson(shown)
  return shown.kind === 'model' ? modelShowJson(shown) : commitShowJson(shown)
}

function runShowJson({ run, series, outputs, subject, parent, children }: ShownRun): ShowJson {
  return {
    schema: 'run-show/v1',
    run: runJson(run),
    subject: subject ?? null,
    outputs,
    parent: parent === undefined ? null : { run: parent.run, name: parent.name ?? null },
    children,
    ...(run.problems !== undefined && { problems: run.problems }),
    series: series === undefined ? null : seriesJson(series),
  }
}

function modelShowJson({ model, configured, files, plainSize, producers, card }: ShownModel): ShowJson {
  return {
    schema: 'model-show/v1',
    ...modelJson(model),
    configured,
    files,
    plainSize: plainSize ?? null,
    producers: producers.map(runJson),
    card,
  }
}

function commitShowJson({ commit, subject, author, date, linked, state, models }: ShownCommit): ShowJson {
  return {
    schema: 'commit-show/v1',
    commit,
    subject,
    author,
    date,
    metadata: state,
    linked: linked.map(({ run, rule, distance }) => ({ rule, distance, run: runJson(run) })),
    models: models.map(({ model, files }) => ({ ...modelJson(model), files })),
  }
}

function modelJson({ name, path, revision, target }: ModelAt): Record<string, unknown> {
  return { name, path, revision: revision ?? null, target: target ?? null }
}

function seriesJson({ metrics, reduced }: Series): Record<string, unknown> {
  const columns = Object.entries(metrics).map(([name, { step, value, time }]) => [
    name,
    { step, value, time: time.map(isoTime) },
  ])
  return { metrics: Object.fromEntries(columns) as unknown, reduced: reduced === true }
}
