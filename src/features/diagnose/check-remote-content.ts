import { plural } from '../../domain/plural.ts'
import { isModelError } from '../../domain/errors.ts'
import { safeText } from '../../domain/safe-text.ts'
import { listNotes } from '../../git/notes.ts'
import { readObjects } from '../../git/read-objects.ts'
import { RUNS_NOTES } from '../../git/refs.ts'
import { restorePinned } from '../../lfs/pin.ts'
import { remoteObjects } from '../../lfs/remote-objects.ts'
import { uploadObjects } from '../../lfs/transfer.ts'
import { decodeText } from '../../store/decode-run.ts'
import { openLfsStore } from '../../store/open-lfs-store.ts'
import { unpushedRuns } from '../unpushed-runs.ts'
import { remoteOf } from './check-sync.ts'
import { FIX, type Check, type Finding, type Patient } from './finding.ts'

/** How many contents are asked for at most. */
const MOST = 10_000

/** A content that a record names. */
interface Wanted {
  path: string
  oid: string
  size: number
}

/** Asks the remote whether it has the contents that it should have: a host can lose them, and keeps the records. */
export const checkRemoteContent: Check = async (patient) => {
  const remote = await remoteOf(patient)
  if (remote === undefined) return []
  const published = await publishedContents(patient, remote)
  if (published.length === 0) return []
  const asked = published.slice(0, MOST)
  const what = `${asked.length < published.length ? `${asked.length} of ` : ''}${plural(published.length, 'file')}`
  try {
    const there = await remoteObjects(patient.repo.root, remote, asked)
    const lost = asked.filter(({ oid }) => !there.has(oid))
    if (lost.length > 0) return [lostContent(patient, remote, lost)]
    return [{ check: 'content', state: 'ok', message: `${remote} has the content of ${what}` }]
  } catch (error) {
    if (!isModelError(error)) throw error
    const message = `content was not checked (${what}): ${error.message}`
    return [{ check: 'content', state: 'warn', message, hints: error.hints }]
  }
}

function lostContent({ repo }: Patient, remote: string, lost: readonly Wanted[]): Finding {
  const message = `${remote} does not have the content of ${plural(lost.length, 'file')}, first ${safeText(lost[0]!.path)}, and has the records that name it`
  return {
    check: 'content',
    state: 'error',
    message,
    hints: [`${FIX} --remote   (here, and in each clone that has some of it)`],
    fix: async () => {
      const lfs = await openLfsStore(repo)
      const here = lost.map(({ oid }) => oid).filter((oid) => restorePinned(lfs, oid))
      if (here.length > 0) await uploadObjects(repo.root, remote, here)
      return `uploaded ${plural(here.length, 'file')} to ${remote}; ${plural(lost.length - here.length, 'file')} not here`
    },
  }
}

// What this clone alone has is no loss of the remote's.
async function publishedContents({ repo, tips }: Patient, remote: string): Promise<Wanted[]> {
  const tip = tips.get(RUNS_NOTES)
  const notes = tip === undefined ? [] : await listNotes(repo, tip)
  const [objects, unpushed] = await Promise.all([
    readObjects(
      repo,
      notes.map(({ blob }) => blob),
    ),
    unpushedRuns(repo, tips, remote),
  ])
  const ours = new Set(unpushed.flatMap(({ files }) => files.map(({ oid }) => oid)))
  const files = notes.flatMap(({ target }, index) => {
    const decoded = decodeText(target, objects[index]?.content.toString('utf8') ?? '')
    return 'record' in decoded ? (decoded.record.outputs?.files ?? []) : []
  })
  const wanted = files
    .filter(({ oid, size }) => size > 0 && !ours.has(oid))
    .map(({ path, oid, size }) => ({ path, oid: oid.replace('sha256:', ''), size }))
  return [...new Map(wanted.map((one) => [one.oid, one])).values()]
}
