import { primaryMetric, type Goal } from '../domain/config.ts'
import { COLUMN, columnName } from '../domain/run-cells.ts'
import { betterValue, formatDigest, type DigestFacts } from '../domain/run-digest.ts'
import type { Oid } from '../domain/run.ts'
import { notePath } from '../git/notes.ts'
import { committerIdentity, ObjectWriter, type PathChange } from '../git/object-writer.ts'
import { DIGESTS, RUNS_NOTES } from '../git/refs.ts'
import { git } from '../git/run-git.ts'
import { updateRefs } from '../git/update-refs.ts'
import { readConfig } from './config.ts'
import { readDigestState, removeDigestState, writeDigestState, type DigestState } from './digest-state.ts'
import { decodeSources, noteChanges } from './note-sources.ts'
import type { Store } from './store.ts'
import { askRuns } from './run-index.ts'
import type { Row, RunTable } from './run-table.ts'

interface Judge {
  name: string
  goal: Goal
}

/**
 * Brings the digests that `git log` shows up to date: local notes on code commits, made of the runs. Only commits
 * whose runs changed are looked at. Where none are wanted nothing happens; what goes wrong is left for the next time.
 */
export async function refreshDigests(store: Store): Promise<void> {
  const state = readDigestState(store.repo.commonDir)
  if (state === undefined) return
  try {
    if (await areOff(store)) await removeDigests(store)
    else await refresh(store, state)
  } catch {
    // They are a view of the runs, and no command fails for one.
  }
}

/** Takes the digests away. */
export async function removeDigests({ repo }: Pick<Store, 'repo'>): Promise<void> {
  removeDigestState(repo.commonDir)
  // Deleting a ref that is not there leaves a folder behind.
  if ((await viewTip(repo)) !== undefined) await git(repo, ['update-ref', '-d', DIGESTS])
}

async function areOff({ repo }: Store): Promise<boolean> {
  const args = ['config', '--type=bool', '--get', 'model.digest']
  return (await git(repo, args, { ok: [0, 1, 128] })).stdout.trim() === 'false'
}

async function refresh(store: Store, state: DigestState): Promise<void> {
  const { repo, tips } = store
  const tip = tips.get(RUNS_NOTES)
  const judge = judgeOf(await readConfig(repo))
  const judgeText = judge === undefined ? '' : `${judge.goal} ${judge.name}`
  if (tip === undefined || (tip === state.tip && judgeText === state.judge)) return
  const view = await viewTip(store.repo)
  const isKnown = view !== undefined && view === state.view && judgeText === state.judge && state.tip !== ''
  const commits = isKnown ? await affectedCommits(store, state.tip, tip) : undefined
  const digests = await askRuns(store, (runs) => digestsOf(runs, judge, commits))
  const next = await write(store, view, digests, commits)
  if (next !== undefined) writeDigestState(repo.commonDir, { tip, judge: judgeText, view: next })
}

function judgeOf(config: Awaited<ReturnType<typeof readConfig>>): Judge | undefined {
  const name = primaryMetric(config)
  const goal = name === undefined ? undefined : config.metrics?.[name]?.goal
  return name === undefined || goal === undefined ? undefined : { name, goal }
}

async function viewTip(repo: Store['repo']): Promise<Oid | undefined> {
  const { stdout } = await git(repo, ['rev-parse', '--verify', '--quiet', DIGESTS], { ok: [0, 1, 128] })
  return stdout.trim() || undefined
}

/** Lists the commits that runs belonged to before or belong to now, of those runs whose notes changed. */
async function affectedCommits(store: Store, from: Oid, to: Oid): Promise<Set<Oid> | undefined> {
  const sources = await noteChanges(store.repo, from, to).catch(() => undefined)
  if (sources === undefined) return undefined
  const commits = new Set<Oid>()
  await decodeSources(store.repo, sources, (_, decoded) => {
    if (!('record' in decoded)) return
    for (const commit of [decoded.record.code.commit, ...(decoded.record.links ?? [])]) commits.add(commit)
  })
  return commits
}

async function digestsOf(
  runs: RunTable,
  judge: Judge | undefined,
  commits: ReadonlySet<Oid> | undefined,
): Promise<Map<Oid, string>> {
  if (judge !== undefined) await runs.prepare([{ group: 'metric', key: judge.name }])
  const facts = new Map<Oid, DigestFacts>()
  const add = (commit: Oid, row: Row): void => {
    if (commits !== undefined && !commits.has(commit)) return
    const { runs: count, best } = facts.get(commit) ?? { runs: 0 }
    const view = runs.view(row)
    const value =
      judge !== undefined && view.attribute('status') === 'finished' ? view.metric(judge.name) : undefined
    const better = judge === undefined ? undefined : betterValue(best, value, judge.goal)
    facts.set(commit, {
      runs: count + 1,
      ...(better !== undefined && { best: better }),
      ...(judge !== undefined && { metric: judge }),
    })
  }
  for (const [row, commit] of commitsOfRows(runs, commits)) add(commit, row)
  return new Map([...facts].map(([commit, fact]) => [commit, formatDigest(fact)]))
}

function* commitsOfRows(
  runs: RunTable,
  commits: ReadonlySet<Oid> | undefined,
): Generator<[row: Row, commit: Oid]> {
  const wanted = commits === undefined ? undefined : [...commits]
  const started = columnName('attribute', 'code.commit')
  const rows = wanted === undefined ? runs.rows : runs.findDigits(started, wanted, () => [])
  const seen = new Set<string>()
  for (const row of rows) {
    if (!runs.isNoted(row) || runs.isDeleted(row)) continue
    const commit = String(runs.view(row).attribute('code.commit'))
    seen.add(`${row} ${commit}`)
    yield [row, commit]
  }
  for (const [row, commit] of runs.digits(COLUMN.links)) {
    if (runs.isDeleted(row) || seen.has(`${row} ${commit}`)) continue
    seen.add(`${row} ${commit}`)
    yield [row, commit]
  }
}

/** Returns the commit of the digests; undefined when another process was first. */
async function write(
  { repo }: Store,
  view: Oid | undefined,
  digests: ReadonlyMap<Oid, string>,
  commits: ReadonlySet<Oid> | undefined,
): Promise<Oid | undefined> {
  const writer = new ObjectWriter(await committerIdentity(repo))
  const isWhole = commits === undefined || view === undefined
  const blobs = new Map<string, ReturnType<ObjectWriter['blob']>>()
  const changes: PathChange[] = [...(commits ?? digests.keys())].flatMap((commit): PathChange[] => {
    const text = digests.get(commit)
    if (text === undefined) return isWhole ? [] : [{ path: notePath(commit), delete: true }]
    const blob = blobs.get(text) ?? writer.blob(text)
    blobs.set(text, blob)
    return [{ path: notePath(commit), blob }]
  })
  const mark = writer.commit({
    parents: isWhole ? [] : [view],
    message: 'digests of runs\n',
    changes,
    clear: isWhole,
  })
  const to = (await writer.write(repo))(mark)
  const isOurs = await updateRefs(repo, [{ ref: DIGESTS, from: view, to }], 'git-model: digests')
  return isOurs ? to : undefined
}
