import { linkRule, compareCandidates, compareRules } from '../../src/domain/run-links.ts'
import { matchesFilter } from '../../src/domain/filter-match.ts'
import { parseFilter } from '../../src/domain/filter-parse.ts'
import { filterView } from '../../src/domain/filter-view.ts'
import { parseSort } from '../../src/domain/sort-key.ts'
import { sortRuns } from '../../src/domain/sort-runs.ts'
import type { RunRecord } from '../../src/domain/run.ts'
import { listNotes, readNotes } from '../../src/git/notes.ts'
import { RUNS_NOTES } from '../../src/git/refs.ts'
import { liveStates } from '../../src/store/live-runs.ts'
import type { Store } from '../../src/store/store.ts'
import { decodeRun } from '../../src/store/run-codec.ts'

/** All that the notes say, read one by one. */
export interface EveryRun {
  records: RunRecord[]
  problems: Map<string, string[]>
  unreadable: Map<string, string[]>
}

/** Reads every note and journal, without the index and without the fast reader. */
export async function readEvery(store: Store): Promise<EveryRun> {
  const every: EveryRun = { records: [], problems: new Map(), unreadable: new Map() }
  const tip = store.tips.get(RUNS_NOTES)
  if (tip === undefined) return withLive(every, store)
  const targets = [...new Set((await listNotes(store.repo, tip)).map(({ target }) => target))]
  for (const { target, text } of (await readNotes(store.repo, tip, targets)).values()) {
    const { value, problems } = decodeRun(target, text)
    if (value === undefined) every.unreadable.set(target, problems.length > 0 ? problems : ['it is empty'])
    else {
      every.records.push(value)
      if (problems.length > 0) every.problems.set(target, problems)
    }
  }
  return withLive(every, store)
}

function withLive(every: EveryRun, store: Store): EveryRun {
  const noted = new Set(every.records.map(({ run }) => run))
  const live = liveStates(store).map(({ state }) => state.record)
  return { ...every, records: [...every.records, ...live.filter(({ run }) => !noted.has(run))] }
}

/** Filters and sorts as `git model runs` does. */
export function listEvery({ records }: EveryRun, filterText: string, sortText: string | undefined): string[] {
  const filter = parseFilter(filterText)
  const fitting = records.filter((each) => matchesFilter(filter, filterView(each)) && each.deleted !== true)
  return sortRuns(fitting, sortText === undefined ? [] : parseSort(sortText), filterView).map(
    ({ run }) => run,
  )
}

/** Links runs to a commit by what their records say. */
export function linkEvery({ records }: EveryRun, commit: string, tree: string): [string, string][] {
  const better = compareCandidates({})
  return records
    .flatMap((record) => {
      const rule = record.deleted === true ? undefined : linkRule({ commit, tree, models: [] }, record)
      return rule === undefined ? [] : [{ record, rule }]
    })
    .sort((a, b) => compareRules(a.rule, b.rule) || better(a.record, b.record))
    .map(({ record, rule }) => [record.run, rule])
}
