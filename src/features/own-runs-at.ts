import type { RunRecord } from '../domain/run.ts'
import type { Repository } from '../git/repository.ts'
import { readAuthor } from '../git/run-site.ts'
import type { RunTable } from '../store/run-table.ts'

/** With more runs than this at one time there is no telling. */
const MOST_RUNS = 3

/**
 * Returns a function that finds the runs of this user that began before a time, in milliseconds since 1970, and ended
 * after it; none where there are many. A teammate's may have gone on at that time elsewhere.
 */
export async function ownRunsAt(
  repo: Repository,
  runs: RunTable,
): Promise<(time: number) => Promise<RunRecord[]>> {
  const author = await readAuthor(repo)
  const [starts, ends] = ['start_time', 'end_time'].map((key) => runs.numbers({ group: 'attribute', key }))
  return async (time) => {
    if (starts === undefined || ends === undefined) return []
    const rows = runs.present.filter(
      (row) => starts[row]! <= time && time <= ends[row]! && runs.view(row).attribute('user_id') === author,
    )
    return rows.length > MOST_RUNS ? [] : (await runs.load(rows)).map(({ record }) => record)
  }
}
