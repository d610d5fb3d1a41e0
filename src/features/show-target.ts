import { isModelError, ModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { requireHead } from '../git/repository.ts'
import { tryResolveCommit } from '../git/resolve.ts'
import { readConfig } from '../store/config.ts'
import { resolveModel } from '../store/models.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { findRun, findRunOf } from '../store/runs.ts'
import { syncFirst } from '../store/sync-first.ts'
import { showCommit, type ShownCommit } from './show-commit.ts'
import { showModel, type ShownModel } from './show-model.ts'
import { showRun, type ShownRun } from './show-run.ts'

/** What a name can stand for, in the order in which it is tried. */
export type TargetKind = 'run' | 'model' | 'commit'

/** A run, a model or a commit, and what else its name could have meant. */
export interface ShownTarget {
  shown: ShownRun | ShownModel | ShownCommit
  /** Names to type for the other meanings, such as `commit:digits`. */
  others: string[]
}

type Show = () => Promise<ShownTarget['shown']>

const KINDS: readonly TargetKind[] = ['run', 'model', 'commit']

/**
 * Shows what a name stands for. The first of these that fits: a run by its id or name, a model of `.gitmodel.yaml`
 * (or any with `@REVISION`), a commit, a path. `run:`, `model:` and `commit:` in front leave no choice.
 *
 * @throws ModelError `revision-unknown` when it is none of them, `revision-ambiguous` when it is several runs,
 *   `no-commit` for HEAD on a branch without commits.
 */
export async function showTarget(
  world: World,
  name: string,
  options: { nearest?: boolean } = {},
): Promise<ShownTarget> {
  const store = await openStore(world)
  if (name === 'HEAD') requireHead(store.repo)
  const { kind, rest } = splitKind(name)
  const finders = { run: findRunTarget, model: findModelTarget, commit: findCommitTarget }
  if (kind !== undefined) return { shown: await (await required(store, kind, rest, options))(), others: [] }
  const found: { kind: TargetKind; show: Show }[] = []
  for (const each of KINDS) {
    const show = await finders[each](store, name, options)
    if (show !== undefined) found.push({ kind: each, show })
  }
  const show = found[0]?.show ?? (await findPathTarget(store, name))
  if (show === undefined) throw await nothingFits(store, name)
  const others = found.slice(1).map((other) => `${other.kind}:${name}`)
  return {
    shown: await show(),
    others: found[0]?.kind === 'run' ? await notItsOwnCommit(store, name, others) : others,
  }
}

function splitKind(name: string): { kind: TargetKind | undefined; rest: string } {
  const kind = KINDS.find((each) => name.startsWith(`${each}:`))
  return { kind, rest: kind === undefined ? name : name.slice(kind.length + 1) }
}

async function required(
  store: Store,
  kind: TargetKind,
  name: string,
  options: { nearest?: boolean },
): Promise<Show> {
  if (kind === 'run') {
    const run = await findRun(store, name)
    return () => showRun(store, run)
  }
  if (kind === 'model') {
    const model = await resolveModel(store, name)
    return () => showModel(store, model)
  }
  const show = await findCommitTarget(store, name, options)
  if (show === undefined) throw await nothingFits(store, name)
  return show
}

async function findRunTarget(store: Store, name: string): Promise<Show | undefined> {
  try {
    const run = await findRun(store, name)
    return () => showRun(store, run)
  } catch (error) {
    if (isModelError(error, 'run-unknown')) return findRunBehind(store, name)
    throw error
  }
}

// A revision such as `9f2c^0`, or the commit with a run's outputs, means the run as well.
async function findRunBehind(store: Store, name: string): Promise<Show | undefined> {
  const commit = await tryResolveCommit(store.repo, name)
  if (commit === undefined) return undefined
  const run = await findRunOf(store, commit)
  return run === undefined ? undefined : () => showRun(store, run)
}

async function findModelTarget(store: Store, name: string): Promise<Show | undefined> {
  const at = name.indexOf('@', 1)
  const base = at < 0 ? name : name.slice(0, at)
  // `main@{1}` and `@{upstream}` are git's.
  const isRevision = at >= 0 && name.startsWith('@{', at)
  const { models } = await readConfig(store.repo)
  const isNamed = models !== undefined && Object.hasOwn(models, base)
  if (isRevision || (!isNamed && at < 0)) return undefined
  try {
    const model = await resolveModel(store, name)
    return () => showModel(store, model)
  } catch (error) {
    if (!isNamed && isModelError(error)) return undefined
    throw error
  }
}

async function findCommitTarget(
  store: Store,
  name: string,
  options: { nearest?: boolean },
): Promise<Show | undefined> {
  const commit = await tryResolveCommit(store.repo, name)
  return commit === undefined ? undefined : () => showCommit(store, commit, options)
}

async function findPathTarget(store: Store, name: string): Promise<Show | undefined> {
  try {
    const model = await resolveModel(store, name)
    return () => showModel(store, model)
  } catch (error) {
    if (isModelError(error, 'model-unknown')) return undefined
    throw error
  }
}

// The id of a run is a commit of git, too: that is no second meaning.
async function notItsOwnCommit(store: Store, name: string, others: readonly string[]): Promise<string[]> {
  const commit = await tryResolveCommit(store.repo, name)
  const isRun = commit !== undefined && (await findRunOf(store, commit)) !== undefined
  return others.filter((other) => !(isRun && other.startsWith('commit:')))
}

async function nothingFits(store: Store, name: string): Promise<ModelError> {
  return new ModelError('revision-unknown', `there is no run, model, commit or file "${name}"`, {
    hints: await syncFirst(store, [
      'git model runs',
      'git log --oneline -10',
      'git model sync   (if a teammate made it)',
    ]),
    data: { name },
  })
}
