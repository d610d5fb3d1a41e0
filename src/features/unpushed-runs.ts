import type { Oid, OutputFile } from '../domain/run.ts'
import { diffNotes } from '../git/notes.ts'
import { readObjects } from '../git/read-objects.ts'
import type { Tips } from '../git/read-tips.ts'
import { RUNS_NOTES, trackingRef } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { decodeText } from '../store/decode-run.ts'

/** A run whose record here is not the one on the remote. */
export interface UnpushedRun {
  run: Oid
  /** The files that the record on the remote does not name: all, where it has none. */
  files: OutputFile[]
}

/**
 * Lists the runs that the remote has not, or not as they are here, as far as this clone knows. Content goes to the remote
 * before the record that names it: so what its record names is there, whatever was edited since.
 *
 * @param remote - undefined where there is none.
 */
export async function unpushedRuns(
  repo: Repository,
  tips: Tips,
  remote: string | undefined,
): Promise<UnpushedRun[]> {
  const tip = tips.get(RUNS_NOTES)
  if (tip === undefined) return []
  const there = remote === undefined ? undefined : tips.get(trackingRef(remote, RUNS_NOTES))
  const changes = (await diffNotes(repo, there, tip)).filter(({ after }) => after.length > 0)
  const filesOf = async (side: 'before' | 'after'): Promise<OutputFile[][]> => {
    const objects = await readObjects(
      repo,
      changes.map((change) => change[side][0] ?? ''),
    )
    return changes.map(({ target }, index) => {
      const text = objects[index]?.content.toString('utf8')
      const decoded = text === undefined ? undefined : decodeText(target, text)
      return decoded !== undefined && 'record' in decoded ? (decoded.record.outputs?.files ?? []) : []
    })
  }
  const [before, after] = [await filesOf('before'), await filesOf('after')]
  return changes.map(({ target }, index) => {
    const known = new Set(before[index]!.map(({ oid }) => oid))
    return { run: target, files: after[index]!.filter(({ oid }) => !known.has(oid)) }
  })
}
