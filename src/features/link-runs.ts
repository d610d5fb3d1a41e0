import type { Config } from '../domain/config.ts'
import { parsePointer } from '../domain/lfs-pointer.ts'
import {
  compareCandidates,
  compareRules,
  isEligible,
  linkRule,
  type CommitFacts,
  type LinkRule,
} from '../domain/run-links.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects } from '../git/read-objects.ts'
import { git } from '../git/run-git.ts'
import { modelsAt } from '../store/models.ts'
import type { Store } from '../store/open-store.ts'
import { listRuns, type StoredRun } from '../store/runs.ts'
import { readConfig } from '../store/config.ts'

/** A run that belongs to a commit, and the rule that says so. */
export interface LinkedRun {
  run: StoredRun
  rule: LinkRule
  /** How many first-parent commits before it the run belongs to; 0 for its own. */
  distance: number
}

/** How far back `nearest` looks, in first-parent commits. */
const MAX_DISTANCE = 1000

/**
 * Returns the runs that belong to a commit, the one that counts first (docs/design.md, "Which runs belong to a
 * commit"). Rules hold in order: a run that produced the weights goes before one that only has the same code.
 *
 * @param options.nearest - looks at earlier first-parent commits when none belongs to this one.
 */
export async function runsOfCommit(
  store: Store,
  commit: Oid,
  options: { nearest?: boolean } = {},
): Promise<LinkedRun[]> {
  const [runs, config] = await Promise.all([listRuns(store), readConfig(store.repo, commit)])
  const present = runs.filter(({ record }) => record.deleted !== true)
  if (present.length === 0) return []
  const linked = linkTo(await factsOf(store, commit, present), present, config)
  if (linked.length > 0 || options.nearest !== true) return linked
  return nearestRuns(store, commit, present, config)
}

/** Returns the run that stands for a commit: the first of {@link runsOfCommit} that finished or was picked. */
export function standingRun(linked: readonly LinkedRun[]): LinkedRun | undefined {
  return linked.find(({ run }) => isEligible(run.record))
}

function linkTo(facts: CommitFacts, runs: readonly StoredRun[], config: Config): LinkedRun[] {
  const better = compareCandidates(config)
  return runs
    .flatMap((run) => {
      const rule = linkRule(facts, run.record)
      return rule === undefined ? [] : [{ run, rule, distance: 0 }]
    })
    .sort((a, b) => compareRules(a.rule, b.rule) || better(a.run.record, b.run.record))
}

async function factsOf(store: Store, commit: Oid, runs: readonly StoredRun[]): Promise<CommitFacts> {
  const [tree, models, outputs] = await Promise.all([
    git(store.repo, ['rev-parse', `${commit}^{tree}`]),
    modelsAt(store, commit),
    outputsAt(store, commit, runs),
  ])
  const pointers = models.flatMap((model) => model.pointers.map(({ oid }) => oid))
  return { commit, tree: tree.stdout.trim(), weights: new Set([...pointers, ...outputs]) }
}

// Weights that no model of .gitmodel.yaml names: what stands where some run wrote.
async function outputsAt(store: Store, commit: Oid, runs: readonly StoredRun[]): Promise<string[]> {
  const paths = new Set(runs.flatMap(({ record }) => (record.outputs?.files ?? []).map((file) => file.path)))
  const names = [...paths].filter((path) => !path.startsWith('.model/')).map((path) => `${commit}:${path}`)
  const objects = await readObjects(store.repo, names)
  return objects.flatMap((object) => {
    const pointer =
      object?.type === 'blob' && object.size < 1024
        ? parsePointer(object.content.toString('utf8'))
        : undefined
    return pointer === undefined ? [] : [pointer.oid]
  })
}

async function nearestRuns(
  store: Store,
  commit: Oid,
  runs: readonly StoredRun[],
  config: Config,
): Promise<LinkedRun[]> {
  const args = [
    'rev-list',
    '--first-parent',
    '--no-commit-header',
    '--format=%H %T',
    `--max-count=${MAX_DISTANCE}`,
    commit,
  ]
  const lines = (await git(store.repo, args)).stdout.trim().split('\n')
  for (const [distance, line] of lines.entries()) {
    const [ancestor, tree] = line.split(' ') as [Oid, Oid]
    const found = linkTo({ commit: ancestor, tree, weights: new Set() }, runs, config)
    if (standingRun(found) !== undefined)
      return found.map((linked) => ({ ...linked, rule: 'nearest' as const, distance }))
  }
  return []
}
