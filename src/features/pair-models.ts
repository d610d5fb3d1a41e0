import { isBorrowed } from '../domain/borrowed-run.ts'
import type { Pair } from '../domain/compare-part.ts'
import { madeOf, mayStand } from '../domain/run-links.ts'
import type { RunRecord } from '../domain/run.ts'
import type { Side, SideModel } from '../domain/side.ts'
import type { Store } from '../store/store.ts'
import type { LinkedRun } from './link-runs.ts'
import { withStanding, type ResolvedSide } from './resolve-side.ts'

/**
 * Parts two sides by their models, where these have runs of their own: the runs of one model say nothing of another.
 * Models that the same runs made, such as two networks of one training, stay together.
 *
 * @returns nothing where one run stands for all models of each side.
 */
export async function pairModels(store: Store, base: ResolvedSide, head: ResolvedSide): Promise<Pair[]> {
  const [left, right] = [modelsOf(base.side), modelsOf(head.side)]
  const names = [...new Set([...left.keys(), ...right.keys()])].sort()
  const isNamed = [base, head].map(({ side }) => side.rule === undefined && side.record !== undefined)
  if (names.length < 2 || isNamed.every(Boolean)) return []
  const paths = new Map(names.map((name) => [name, (right.get(name) ?? left.get(name))!.path]))
  const pairs = new Map<string, Pair>()
  for (const name of names) {
    const pair = await pairOf(store, base, head, name, paths)
    const isGone = (left.get(name)?.files.length ?? 0) > 0 && (right.get(name)?.files.length ?? 0) === 0
    const runs = [pair.base.record?.run, pair.head.record?.run]
    // Of a run that was named only what it made is compared.
    if (isGone || runs.every((run) => run === undefined)) continue
    if (isNamed.some((named, index) => named && runs[index] === undefined)) continue
    const key = runs.join(' ')
    const known = pairs.get(key)
    pairs.set(key, known === undefined ? pair : join(known, pair))
  }
  return pairs.size < 2 && !isNamed.some(Boolean) ? [] : [...pairs.values()]
}

async function pairOf(
  store: Store,
  base: ResolvedSide,
  head: ResolvedSide,
  name: string,
  paths: ReadonlyMap<string, string>,
): Promise<Pair> {
  const [from, to] = [await sideOf(store, base, name, paths), await sideOf(store, head, name, paths)]
  if (!isBorrowed(from, to)) return { of: [name], base: from, head: to }
  const linked = base.linked.filter(({ run }) => run.record.run !== from.record?.run)
  return { of: [name], base: await sideOf(store, { ...base, linked }, name, paths), head: to }
}

async function sideOf(
  store: Store,
  { side, linked }: ResolvedSide,
  name: string,
  paths: ReadonlyMap<string, string>,
): Promise<Side> {
  const models = side.models.filter((model) => model.name === name)
  const part = { ...side, models }
  const isNamed = side.rule === undefined && side.record !== undefined
  if (!isNamed) return withStanding(store, part, runsOf(models[0], linked, name, paths))
  if (made(side.record!, models[0]) !== 'nothing') return part
  const { record: _, ...without } = part
  return { ...without, none: 'absent' }
}

// The runs that made what stands there; else those that wrote to its path, and last those that wrote no model at all.
function runsOf(
  model: SideModel | undefined,
  linked: readonly LinkedRun[],
  name: string,
  paths: ReadonlyMap<string, string>,
): LinkedRun[] {
  const others = linked.filter(({ rule }) => rule !== 'produced')
  const groups = [
    linked.filter(({ rule, run }) => rule === 'produced' && made(run.record, model) === 'all'),
    linked.filter(({ rule, run }) => rule === 'produced' && made(run.record, model) === 'some'),
    others.filter(({ run }) => wroteTo(run.record, paths.get(name)!)),
    others.filter(({ run }) => [...paths.values()].every((path) => !wroteTo(run.record, path))),
  ]
  const group = groups.find((each) => each.some(({ run, rule }) => mayStand(rule, run.record)))
  return group ?? groups.flat()
}

function made(record: RunRecord, model: SideModel | undefined): ReturnType<typeof madeOf> {
  return madeOf(record, new Map(model?.files.map(({ path, oid }) => [path, oid.replace('sha256:', '')])))
}

function wroteTo({ outputs }: RunRecord, path: string): boolean {
  return (outputs?.files ?? []).some((file) => file.path === path || file.path.startsWith(`${path}/`))
}

function modelsOf({ models }: Side): Map<string, SideModel> {
  return new Map(models.map((model) => [model.name, model]))
}

function join(one: Pair, other: Pair): Pair {
  const side = (which: 'base' | 'head'): Side => ({
    ...one[which],
    models: [...one[which].models, ...other[which].models],
  })
  return { of: [...one.of!, ...other.of!], base: side('base'), head: side('head') }
}
