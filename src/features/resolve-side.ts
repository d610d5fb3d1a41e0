import type { Config } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import { isEligible, mayStand } from '../domain/run-links.ts'
import type { Side, SideModel } from '../domain/side.ts'
import type { Oid } from '../domain/run.ts'
import { treeCommit } from '../domain/tree-commit.ts'
import { mergeBase } from '../git/merge-base.ts'
import { tryResolveCommit } from '../git/resolve.ts'
import type { ParsedCard } from '../schema/card-document.ts'
import { readCardText } from '../store/cards.ts'
import { modelAtPath, modelsAt, type ModelAt } from '../store/models.ts'
import type { Store } from '../store/store.ts'
import { syncFirst } from '../store/sync-first.ts'
import { findRun, readRun, type StoredRun } from '../store/runs.ts'
import { runsOfCommit, standingRun, type LinkedRun } from './link-runs.ts'
import { metadataState } from '../store/metadata-state.ts'

/** How a commit is given a run. */
export interface SideOptions {
  /** Take an earlier commit's run where none belongs to the commit. */
  nearest?: boolean
  /** A run that stands for the other side. */
  except?: Oid
  /** Counts in place of the commit's own `.gitmodel.yaml`. */
  config?: Config
}

/** A side, and all runs that belong to its commit, the one that counts first; none where a run was named. */
export interface ResolvedSide {
  side: Side
  linked: LinkedRun[]
}

/**
 * Resolves what was typed for one side of a comparison: a branch, tag or commit, else a run by id or name.
 * A commit that is itself a run commit is that run.
 *
 * @throws ModelError `revision-unknown`, `revision-ambiguous`.
 */
export async function resolveSide(
  store: Store,
  spec: string,
  options: SideOptions = {},
): Promise<ResolvedSide> {
  const commit = await tryResolveCommit(store.repo, spec)
  if (commit === undefined) return runSide(store, spec, await namedRun(store, spec), options)
  const run = await readRun(store, commit)
  return run === undefined ? commitSide(store, spec, commit, options) : runSide(store, spec, run, options)
}

async function namedRun(store: Store, spec: string): Promise<StoredRun> {
  try {
    return await findRun(store, spec)
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'run-unknown') throw error
    throw new ModelError('revision-unknown', `there is no branch, commit or run "${spec}"`, {
      hints: await syncFirst(store, [
        'git model runs',
        'git branch --all',
        'git fetch   (if a teammate made it)',
      ]),
      data: { revision: spec },
    })
  }
}

async function runSide(
  store: Store,
  label: string,
  { record }: StoredRun,
  { config }: SideOptions,
): Promise<ResolvedSide> {
  const commit = record.outputs?.commit ?? record.run
  const models = await sideModels(store, commit, config)
  return { side: { label, commit: record.run, record, candidates: 1, models }, linked: [] }
}

async function commitSide(
  store: Store,
  label: string,
  commit: Oid,
  options: SideOptions,
): Promise<ResolvedSide> {
  const [found, models] = await Promise.all([
    runsOfCommit(store, commit, options),
    sideModels(store, commit, options.config),
  ])
  const linked = found.filter(({ run }) => run.record.run !== options.except)
  const side = { label, commit, candidates: 0, models }
  return { side: await withStanding(store, side, linked), linked }
}

/** Returns a side with the run that stands for it among these, or with the reason why none does. */
export async function withStanding(store: Store, given: Side, linked: readonly LinkedRun[]): Promise<Side> {
  const { label, commit, models } = given
  const side = { label, commit, candidates: linked.length, models }
  const standing = standingRun(linked)
  if (standing !== undefined) {
    const { rule, distance, isPart } = standing
    const candidates = linked.filter(
      (other) => other.rule === rule && other.isPart === isPart && mayStand(rule, other.run.record),
    ).length
    return { ...side, candidates, record: standing.run.record, rule, distance }
  }
  if (linked.length > 0) {
    const isEdited = linked.some(({ run }) => isEligible(run.record))
    return { ...side, none: isEdited ? 'edited' : 'unfinished' }
  }
  return { ...side, none: (await metadataState(store, 'runs')) === 'unfetched' ? 'unfetched' : 'absent' }
}

/** Returns a side with the weights that runs wrote and that `.gitmodel.yaml` does not name. */
export async function withUnnamedWeights(store: Store, side: Side, paths: readonly string[]): Promise<Side> {
  const commit = treeCommit(side)
  const isNamed = (path: string): boolean =>
    side.models.some((model) => path === model.path || path.startsWith(`${model.path}/`))
  const found = await Promise.all(
    paths.filter((path) => !isNamed(path)).map((path) => modelAtPath(store, commit, path)),
  )
  const models = found.filter((model) => model !== undefined && model.pointers.length > 0)
  return {
    ...side,
    models: [...side.models, ...(await Promise.all(models.map((model) => sideModel(store, model!))))],
  }
}

async function sideModels(store: Store, commit: Oid, config: Config | undefined): Promise<SideModel[]> {
  const models: SideModel[] = []
  for (const model of await modelsAt(store, commit, config)) models.push(await sideModel(store, model))
  return models
}

async function sideModel(store: Store, { name, path, pointers, target }: ModelAt): Promise<SideModel> {
  const text = target === undefined ? undefined : await readCardText(store, target)
  const parsed = text === undefined ? undefined : await parseText(text)
  return {
    name,
    path,
    files: pointers,
    ...(parsed === undefined
      ? { cardState: (await metadataState(store, 'cards')) === 'unfetched' ? 'unfetched' : 'absent' }
      : { card: 'document' in parsed ? parsed.document.value : {} }),
  }
}

// Cards need YAML and schemas; where there is none, they are not loaded.
async function parseText(text: string): Promise<ParsedCard> {
  const { parseCard } = await import('../schema/card-document.ts')
  const { joinCards } = await import('../schema/merge-cards.ts')
  return parseCard(joinCards(text))
}

/**
 * Returns what HEAD is compared with when nothing is said: the merge base with the default branch or the
 * upstream, else the parent.
 *
 * @throws ModelError `revision-unknown` for a first commit.
 */
export async function defaultBase(store: Store, head: Oid): Promise<{ label: string; revision: string }> {
  for (const name of ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master', '@{upstream}']) {
    const commit = await tryResolveCommit(store.repo, name)
    const base = commit === undefined ? undefined : await mergeBase(store.repo, commit, head)
    if (base !== undefined && base !== head)
      return { label: name.replace('origin/HEAD', 'origin'), revision: base }
  }
  if ((await tryResolveCommit(store.repo, `${head}^`)) !== undefined)
    return { label: 'HEAD^', revision: `${head}^` }
  throw new ModelError(
    'revision-unknown',
    'this is the first commit, so there is nothing to compare it with',
    {
      hints: ['git model diff BASE HEAD', 'git model runs'],
    },
  )
}
