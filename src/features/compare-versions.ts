import { ARTIFACTS, type Oid } from '../domain/run.ts'
import { isBorrowed } from '../domain/borrowed-run.ts'
import { diffCardFields } from '../domain/card-fields.ts'
import { compareSides, type Comparison, type FileChange, type FileDetail } from '../domain/comparison.ts'
import { isModelError, ModelError } from '../domain/errors.ts'
import type { Rules } from '../domain/rules.ts'
import type { Side } from '../domain/side.ts'
import { treeCommit } from '../domain/tree-commit.ts'
import { mergeBase } from '../git/merge-base.ts'
import { requireHead } from '../git/repository.ts'
import { resolveCommit } from '../git/resolve.ts'
import { changedPointers } from '../store/changed-pointers.ts'
import { readConfig, readRules } from '../store/config.ts'
import type { Store } from '../store/store.ts'
import { askRuns } from '../store/run-index.ts'
import { kindredRuns } from './kindred-runs.ts'
import { pairModels } from './pair-models.ts'
import {
  defaultBase,
  resolveSide,
  withUnnamedWeights,
  type ResolvedSide,
  type SideOptions,
} from './resolve-side.ts'

/** How many weight files without a name are compared. */
const MAX_UNNAMED = 100
/** How many contents are looked into for weights among them. */
const MAX_LOOKED = 1000

/** How two versions are compared. */
export interface CompareOptions {
  /** Take an earlier commit's run where none belongs to the commit. */
  nearest?: boolean
  /** Compare means over the runs that differ from each side's run in this parameter alone. */
  groupBy?: string
  /** Looks into a weight file that differs; what it returns stands below the file in every report. */
  describeFile?: (store: Store, file: FileChange) => Promise<FileDetail[]>
}

/**
 * Compares two versions as a reviewer would: metrics, parameters, cards and weights.
 *
 * @param base - a branch, commit or run; `A..B` and `A...B` as git reads them; by default the merge base of
 *   HEAD with the default branch or the upstream.
 * @param head - by default HEAD.
 * @throws ModelError `revision-unknown`, `revision-ambiguous`, `config-invalid`, `no-commit`.
 */
export async function compareVersions(
  store: Store,
  base?: string,
  head?: string,
  options: CompareOptions = {},
): Promise<Comparison> {
  // One table for all that is asked of runs below.
  return askRuns(store, () => compareWith(store, base, head, options))
}

async function compareWith(
  store: Store,
  base: string | undefined,
  head: string | undefined,
  options: CompareOptions,
): Promise<Comparison> {
  const sides = await resolveRange(store, base, head)
  const resolved = resolveSide(store, sides.head.revision, options)
  const both = await Promise.all([resolveBase(store, sides, resolved, options), resolved])
  const parted = await partSides(store, sides, both, options)
  const paths = await unnamedPaths(store, parted)
  const [earlier, to] = (await Promise.all(
    parted.map(async ({ side, linked }, index) => ({
      side: {
        ...(await withUnnamedWeights(store, side, paths)),
        label: [sides.base.label, sides.head.label][index]!,
      },
      linked,
    })),
  )) as [ResolvedSide, ResolvedSide]
  const from = { ...earlier, side: withNamesOf(earlier.side, to.side) }
  const [before, after] = await Promise.all([
    baseRules(store, from.side.commit),
    readRules(store.repo, to.side.commit, 'head'),
  ])
  const all = [...from.side.models, ...to.side.models].map(({ path }) => path)
  const group = (side: Side): Promise<Side> => grouped(store, side, options.groupBy, all)
  const pairs = await pairModels(store, from, to)
  const [left, right, ...groups] = await Promise.all([
    group(from.side),
    group(to.side),
    ...pairs.flatMap(({ base: one, head: other }) => [group(one), group(other)]),
  ])
  const each = pairs.map((pair, index) => ({
    ...pair,
    base: groups[2 * index]!,
    head: groups[2 * index + 1]!,
  }))
  const comparison = compareSides(left, right, { base: before, head: after }, diffCardFields, each)
  return options.describeFile === undefined
    ? comparison
    : withDetails(store, comparison, options.describeFile)
}

// What the base says of models and metrics that nobody can read: then the head says it for both, so that the change which
// mends it can be reviewed.
async function resolveBase(
  store: Store,
  { base }: Range,
  head: ResolvedSide | Promise<ResolvedSide>,
  options: SideOptions,
): Promise<ResolvedSide> {
  try {
    return await resolveSide(store, base.revision, options)
  } catch (error) {
    if (!isModelError(error, 'config-invalid')) throw error
    const { side } = await head
    const config = await readConfig(store.repo, side.commit)
    return resolveSide(store, base.revision, { ...options, config })
  }
}

async function baseRules({ repo }: Store, commit: Oid): Promise<Rules> {
  try {
    return await readRules(repo, commit, 'base')
  } catch (error) {
    if (!isModelError(error, 'config-invalid')) throw error
    return { side: 'base', config: {}, unreadable: error.message, lineOf: () => undefined }
  }
}

// What stands at one path is one model, also where it was named since, or anew.
function withNamesOf(base: Side, head: Side): Side {
  const names = new Map(head.models.map(({ path, name }) => [path, name]))
  const kept = new Set(head.models.map(({ name }) => name))
  const models = base.models.map((model) =>
    kept.has(model.name) ? model : { ...model, name: names.get(model.path) ?? model.name },
  )
  return { ...base, models }
}

async function grouped(
  store: Store,
  side: Side,
  param: string | undefined,
  paths: readonly string[],
): Promise<Side> {
  if (param === undefined || side.record === undefined) return side
  const own = side.models.map(({ path }) => path)
  const others = paths.filter((path) => !own.includes(path))
  return { ...side, group: await kindredRuns(store, side.record, param, { own, others }) }
}

async function withDetails(
  store: Store,
  comparison: Comparison,
  describe: NonNullable<CompareOptions['describeFile']>,
): Promise<Comparison> {
  const models = comparison.models.map(async (model) => {
    const files = await Promise.all(
      model.weights.files.map(async (file) => ({ ...file, details: await describe(store, file) })),
    )
    return { ...model, weights: { ...model.weights, files } }
  })
  return { ...comparison, models: await Promise.all(models) }
}

// What the sides' runs wrote, and every run whose weights stand there.
function outputPaths(sides: readonly ResolvedSide[]): string[] {
  const produced = sides.flatMap(({ linked }) => linked.filter(({ rule }) => rule === 'produced'))
  const records = [...sides.map(({ side }) => side.record), ...produced.map(({ run }) => run.record)]
  const files = records.flatMap((record) => record?.outputs?.files ?? [])
  const paths = files.map((file) => file.path).filter((path) => !path.startsWith(`${ARTIFACTS}/`))
  return [...new Set(paths)].sort().slice(0, MAX_UNNAMED)
}

// What runs wrote, and what the branch brings along.
async function unnamedPaths(store: Store, sides: readonly [ResolvedSide, ResolvedSide]): Promise<string[]> {
  const outputs = outputPaths(sides)
  const changed = await changedPointers(store, treeCommit(sides[0].side), treeCommit(sides[1].side))
  const others = changed.filter(
    ({ path }) => !outputs.includes(path) && !sides[1].side.models.some((model) => isPart(path, model.path)),
  )
  if (others.length === 0) return outputs
  const { unnamedWeights } = await import('./unnamed-weights.ts')
  const weights = await unnamedWeights(store, others.slice(0, MAX_LOOKED))
  return [...outputs, ...weights.map(({ path }) => path)].slice(0, MAX_UNNAMED)
}

function isPart(path: string, model: string): boolean {
  return path === model || path.startsWith(`${model}/`)
}

async function partSides(
  store: Store,
  range: Range,
  [base, head]: [ResolvedSide, ResolvedSide],
  options: SideOptions,
): Promise<[ResolvedSide, ResolvedSide]> {
  if (!isBorrowed(base.side, head.side)) return [base, head]
  const except = base.side.record!.run
  return [await resolveBase(store, range, head, { ...options, except }), head]
}

interface Range {
  base: { label: string; revision: string }
  head: { label: string; revision: string }
}

async function resolveRange(store: Store, base?: string, head?: string): Promise<Range> {
  const range = head === undefined && base !== undefined ? /^(.*?)(\.\.\.?)(.*)$/.exec(base) : null
  if (range !== null && !/^\.+$/.test(base!)) {
    const [, left, dots, right] = range
    return twoSides(store, left || 'HEAD', right || 'HEAD', dots === '...')
  }
  if (base !== undefined) return twoSides(store, base, head ?? 'HEAD', false)
  const { head: commit } = requireHead(store.repo)
  return { base: await defaultBase(store, commit), head: { label: 'HEAD', revision: commit } }
}

async function twoSides(store: Store, left: string, right: string, fromMergeBase: boolean): Promise<Range> {
  const head = { label: right, revision: right }
  if (!fromMergeBase) return { base: { label: left, revision: left }, head }
  const [a, b] = await Promise.all([resolveCommit(store.repo, left), resolveCommit(store.repo, right)])
  const revision = await mergeBase(store.repo, a, b)
  if (revision !== undefined) return { base: { label: left, revision }, head }
  throw new ModelError('revision-unknown', `"${left}" and "${right}" have no common commit`, {
    hints: [`git model diff ${left} ${right}`, 'git fetch --unshallow   (in a shallow clone)'],
    data: { base: left, head: right },
  })
}
