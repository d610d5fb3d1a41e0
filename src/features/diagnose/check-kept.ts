import type { Oid } from '../../domain/run.ts'
import { plural } from '../../domain/plural.ts'
import { findUnkept } from '../../git/find-unkept.ts'
import { listNotes } from '../../git/notes.ts'
import { KEEP, RUNS_NOTES, SERIES_NOTES } from '../../git/refs.ts'
import { isShallow } from '../../git/remotes.ts'
import { git } from '../../git/run-git.ts'
import { streamObjects } from '../../git/stream-objects.ts'
import { decodeText } from '../../store/decode-run.ts'
import { keepAgain } from '../../store/keep-again.ts'
import { FIX, type Check, type Finding, type Patient } from './finding.ts'

/** Checks that records, step histories and the keep chain speak of the same runs: each ref can be lost by itself. */
export const checkKept: Check = async (patient) => {
  // What a broken ref named is not gone; what is to be done stands there.
  if (patient.broken.length > 0) return []
  const [noted, records] = await readRecords(patient)
  return [
    ...(await unkept(patient, noted, records)),
    ...(await withoutSeries(patient, records)),
    ...(await withoutRecord(patient, new Set(noted))),
  ]
}

/** What a record says of the other refs. */
interface Claim {
  run: Oid
  outputs: Oid | undefined
  isMeasured: boolean
}

/** No note is longer that is read anywhere, in bytes. */
const LONGEST = 2 ** 26

// One after the other: a remote can have sent any number of long ones.
async function readRecords({ repo, tips }: Patient): Promise<[noted: Oid[], records: Claim[]]> {
  const tip = tips.get(RUNS_NOTES)
  const notes = tip === undefined ? [] : await listNotes(repo, tip)
  const records: Claim[] = []
  await streamObjects(
    repo,
    notes.map(({ blob }) => blob),
    LONGEST,
    (index, content, size) => {
      const decoded = size > LONGEST ? undefined : decodeText(notes[index]!.target, content.toString('utf8'))
      if (decoded === undefined || !('record' in decoded)) return
      const { run, outputs, metrics = {} } = decoded.record
      records.push({ run, outputs: outputs?.commit, isMeasured: Object.keys(metrics).length > 0 })
    },
  )
  return [notes.map(({ target }) => target), records]
}

async function unkept({ repo, tips }: Patient, noted: Oid[], records: Claim[]): Promise<Finding[]> {
  const commits = new Set([...noted, ...records.flatMap(({ outputs }) => outputs ?? [])])
  const { loose, gone } = await findUnkept(repo, tips.get(KEEP), [...commits])
  const findings: Finding[] = []
  // A shallow clone has the records of all runs and the commits of a few, and its chain reaches only its own.
  const isPart = isShallow(repo)
  if (loose.length > 0 && !(isPart && tips.has(KEEP)))
    findings.push({
      check: 'kept',
      state: 'error',
      message: `${KEEP} does not reach ${plural(loose.length, 'commit')} of recorded runs, first ${short(loose)}: no push would take them along, and git gc would delete them`,
      hints: [FIX],
      fix: async () => {
        await keepAgain(repo, loose)
        return `kept ${plural(loose.length, 'commit')} of recorded runs again`
      },
    })
  if (gone.length > 0 && !isPart)
    findings.push({
      check: 'kept',
      state: 'error',
      message: `${plural(gone.length, 'commit')} of recorded runs ${gone.length === 1 ? 'is' : 'are'} not here, first ${short(gone)}: the code or the outputs of these runs`,
      hints: ['git model sync, in a clone that has them; then git fetch here'],
    })
  return findings
}

async function withoutSeries({ repo, tips }: Patient, records: Claim[]): Promise<Finding[]> {
  const tip = tips.get(SERIES_NOTES)
  const known = new Set((tip === undefined ? [] : await listNotes(repo, tip)).map(({ target }) => target))
  const lacking = records.filter(({ run, isMeasured }) => isMeasured && !known.has(run))
  if (lacking.length === 0) return []
  const runs = lacking.map(({ run }) => run)
  return [
    {
      check: 'notes',
      state: 'warn',
      message: `${plural(runs.length, 'run')} ${runs.length === 1 ? 'has' : 'have'} metrics and no steps, first ${short(runs)}: ${SERIES_NOTES} was deleted, or is older than the records`,
      hints: [...elsewhere(SERIES_NOTES)],
    },
  ]
}

// Commits of branches are left out: there are many, and few of them are runs.
async function withoutRecord({ repo, tips }: Patient, noted: ReadonlySet<Oid>): Promise<Finding[]> {
  const keep = tips.get(KEEP)
  if (keep === undefined) return []
  const args = ['--grep=^Run-Nonce: ', keep, '--not', '--branches', '--tags', '--remotes']
  const { stdout } = await git(repo, ['log', '--no-show-signature', '--no-notes', '--format=%H', ...args])
  const lost = stdout.split('\n').filter((run) => run !== '' && !noted.has(run))
  if (lost.length === 0) return []
  return [
    {
      check: 'notes',
      state: tips.has(RUNS_NOTES) ? 'warn' : 'error',
      message: `${plural(lost.length, 'run')} ${lost.length === 1 ? 'is' : 'are'} kept and ${lost.length === 1 ? 'has' : 'have'} no record, first ${short(lost)}: ${RUNS_NOTES} was deleted, or is older than ${KEEP}`,
      hints: [...elsewhere(RUNS_NOTES)],
    },
  ]
}

function elsewhere(ref: string): string[] {
  return [
    'git model sync   (the remote may have them)',
    `git fsck --lost-found   (shows commits that no ref names; then: git update-ref ${ref} COMMIT)`,
  ]
}

function short([first = '']: readonly Oid[]): string {
  return first.slice(0, 12)
}
