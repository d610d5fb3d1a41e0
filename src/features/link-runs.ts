import type { Config } from '../domain/config.ts'
import {
  compareCandidates,
  compareRules,
  linkRule,
  madeOf,
  mayStand,
  type CommitFacts,
  type LinkRule,
} from '../domain/run-links.ts'
import { COLUMN, columnName } from '../domain/run-cells.ts'
import type { Oid } from '../domain/run.ts'
import { tryResolve } from '../git/resolve.ts'
import { git } from '../git/run-git.ts'
import { modelsAt } from '../store/models.ts'
import type { Store } from '../store/store.ts'
import { pointersAt } from '../store/pointers-at.ts'
import { askRuns } from '../store/run-index.ts'
import type { Row, RunTable } from '../store/run-table.ts'
import { producerRows, type StoredRun } from '../store/runs.ts'
import { readConfig } from '../store/config.ts'

/** A run that belongs to a commit, and the rule that says so. */
export interface LinkedRun {
  run: StoredRun
  rule: LinkRule
  /** How many first-parent commits before it the run belongs to; 0 for its own. */
  distance: number
  /** Whether it made a part of a model, of which the rest is not what it wrote. */
  isPart?: boolean
}

/** How far back `nearest` looks, in first-parent commits. */
const MAX_DISTANCE = 1000

/**
 * Returns the runs that belong to a commit, the one that counts first (docs/design.md, "Which runs belong to a
 * commit"). Rules hold in order: a run that produced the weights goes before one that only has the same code.
 *
 * @param options.nearest - looks at earlier first-parent commits when none belongs to this one.
 * @param options.config - counts in place of the commit's own `.gitmodel.yaml`.
 */
export async function runsOfCommit(
  store: Store,
  commit: Oid,
  options: { nearest?: boolean; config?: Config } = {},
): Promise<LinkedRun[]> {
  const config = options.config ?? (await readConfig(store.repo, commit))
  return askRuns(store, async (runs) => {
    if (runs.size === 0) return []
    const linked = await linkTo(runs, await factsOf(store, commit, runs, config), config)
    if (linked.length > 0 || options.nearest !== true) return linked
    return nearestRuns(store, commit, runs, config)
  })
}

/** Returns the run that stands for a commit: the first of {@link runsOfCommit} that finished or was picked, and ran its code. */
export function standingRun(linked: readonly LinkedRun[]): LinkedRun | undefined {
  return linked.find(({ run, rule }) => mayStand(rule, run.record))
}

async function linkTo(runs: RunTable, facts: CommitFacts, config: Config): Promise<LinkedRun[]> {
  const better = compareCandidates(config)
  return (await runs.load(candidatesFor(runs, [facts])))
    .flatMap((run) => {
      const rule = linkRule(facts, run.record)
      const isPart = rule === 'produced' && facts.models.every((model) => madeOf(run.record, model) !== 'all')
      return rule === undefined ? [] : [{ run, rule, distance: 0, ...(isPart && { isPart }) }]
    })
    .sort(
      (a, b) =>
        compareRules(a.rule, b.rule) ||
        Number(a.isPart ?? false) - Number(b.isPart ?? false) ||
        better(a.run.record, b.run.record),
    )
}

// Rows of which some rule may hold: `linkRule` judges their records.
function candidatesFor(runs: RunTable, facts: readonly CommitFacts[]): Row[] {
  const trees = facts.map(({ tree }) => tree)
  const commits = facts.map(({ commit }) => commit)
  const weights = facts.flatMap(({ models }) => models.flatMap((model) => [...model.values()]))
  const rows = [
    ...producerRows(runs, weights),
    ...runs.findDigits(columnName('attribute', 'code.tree'), trees, ({ code }) => [code.tree]),
    ...runs.findDigits(columnName('attribute', 'code.commit'), commits, ({ code }) => [code.commit]),
    ...runs.findDigits(COLUMN.links, commits, ({ links }) => links ?? []),
  ]
  return [...new Set(rows)].filter((row) => !runs.isDeleted(row))
}

async function factsOf(store: Store, commit: Oid, runs: RunTable, config: Config): Promise<CommitFacts> {
  const [tree, models, outputs] = await Promise.all([
    tryResolve(store.repo, `${commit}^{tree}`),
    modelsAt(store, commit, config),
    outputsAt(store, commit, runs),
  ])
  const named = models.map((model) => new Map(model.pointers.map(({ path, oid }) => [path, oid])))
  const others = outputs.filter(({ path }) => !named.some((model) => model.has(path)))
  return {
    commit,
    tree: tree ?? '',
    models: [...named, ...others.map(({ path, oid }) => new Map([[path, oid]]))],
  }
}

// Weights that no model of .gitmodel.yaml names: what stands where some run wrote.
async function outputsAt(
  store: Store,
  commit: Oid,
  runs: RunTable,
): Promise<{ path: string; oid: string }[]> {
  const paths = runs.texts(COLUMN.outputPath, ({ outputs }) => (outputs?.files ?? []).map(({ path }) => path))
  const outside = [...paths].filter((path) => !path.startsWith('.model/'))
  return pointersAt(store.repo, commit, outside)
}

async function nearestRuns(store: Store, commit: Oid, runs: RunTable, config: Config): Promise<LinkedRun[]> {
  const args = [
    'rev-list',
    '--first-parent',
    '--no-commit-header',
    '--format=%H %T',
    `--max-count=${MAX_DISTANCE}`,
    commit,
  ]
  const lines = (await git(store.repo, args)).stdout.trim().split('\n')
  const ancestors = lines.map((line) => {
    const [ancestor, tree] = line.split(' ') as [Oid, Oid]
    return { commit: ancestor, tree, models: [] }
  })
  // Most ancestors have no run at all, and a look at each of them would take long.
  if (candidatesFor(runs, ancestors).length === 0) return []
  for (const [distance, facts] of ancestors.entries()) {
    const found = await linkTo(runs, facts, config)
    if (standingRun(found) !== undefined)
      return found.map((linked) => ({ ...linked, rule: 'nearest' as const, distance }))
  }
  return []
}
