import { formatYaml, type KeyOrder } from './canonical-yaml.ts'
import type { RunRecord } from './run.ts'

/** Writes a run's record in its canonical form. */
export function encodeRun(record: RunRecord): string {
  return formatYaml(record, RUN_ORDER)
}

/** The order of `schemas/run-v1.json`. */
export const RUN_ORDER: KeyOrder = {
  keys: {
    schema: {},
    run: {},
    name: {},
    experiment: {},
    kind: {},
    status: {},
    started: {},
    finished: {},
    author: {},
    command: {},
    exit: members('code', 'signal'),
    code: {
      keys: { commit: {}, tree: {}, branch: {}, dirty: {}, skipped: { each: members('path', 'reason') } },
    },
    parent: {},
    params: {},
    metrics: { each: members('last', 'step', 'min', 'max', 'count', 'time') },
    tags: {},
    notes: {},
    inputs: { each: members('path', 'digest') },
    outputs: { keys: { commit: {}, files: { each: members('path', 'oid', 'size') } } },
    removed: {},
    datasets: { each: members('name', 'digest', 'type', 'source', 'schema', 'profile', 'tags') },
    models: {
      each: members('name', 'type', 'status', 'message', 'created', 'updated', 'deleted', 'params', 'tags'),
    },
    model_inputs: {},
    model_outputs: { each: members('model', 'step') },
    model_metrics: { each: members('model', 'metric', 'value', 'step', 'time', 'dataset', 'digest') },
    partial: {},
    links: {},
    environment: {},
    deleted: {},
    revision: {},
    edits: {},
  },
}

function members(...names: string[]): KeyOrder {
  return { keys: Object.fromEntries(names.map((name) => [name, {}])) }
}
