import { plural } from '../../domain/plural.ts'
import { fetchedState } from '../../git/read-tips.ts'
import { listNotes, readNotes } from '../../git/notes.ts'
import { readObjects } from '../../git/read-objects.ts'
import { CARDS_NOTES, RUNS_NOTES, SERIES_NOTES } from '../../git/refs.ts'
import { journalState } from '../../journal/journal-state.ts'
import type { Journal } from '../../journal/read-journal.ts'
import { checkCardText } from '../../schema/check-card-text.ts'
import { foldFetched } from '../../store/fold-fetched.ts'
import { foldJournals } from '../../store/fold-journals.ts'
import { findRefused, refusedError } from '../../store/refused-refs.ts'
import { isFolded } from '../../store/folded-state.ts'
import { metadataState } from '../../store/metadata-state.ts'
import { readEmptyJournals, readJournals } from '../../store/foldable-journals.ts'
import { decodeRun, decodeSeries } from '../../store/run-codec.ts'
import { syncPrefix } from '../../store/sync-prefix.ts'
import { FIX, type Check, type Finding, type Patient } from './finding.ts'

/** Checks the journals of runs that are not in the notes yet. */
export const checkJournals: Check = async (patient) => {
  const journals = readJournals(patient.repo.commonDir)
  const states = journals.map((journal) => journalState(journal))
  const count = (state: string): number => states.filter((other) => other === state).length
  const findings: Finding[] = [...torn(journals), ...unread(journals)]
  const empty = readEmptyJournals(patient.repo.commonDir, patient.world.now()).length
  const waiting = count('abandoned') + count('ended') + count('late')
  if (count('abandoned') > 0)
    findings.push(
      fold(patient, `${plural(count('abandoned'), 'run')} lost every process and was never ended`),
    )
  else if (waiting > 0)
    findings.push(fold(patient, `${plural(waiting, 'run')} ended and waits to be written into git`))
  else if (empty > 0)
    findings.push(fold(patient, `${plural(empty, 'run')} was killed before anything was recorded`))
  const running = count('alive')
  if (running > 0)
    findings.push({ check: 'runs', state: 'ok', message: `${plural(running, 'run')} in progress` })
  return findings
}

function fold({ repo, world }: Patient, message: string): Finding {
  return {
    check: 'runs',
    state: 'warn',
    message,
    hints: [FIX],
    fix: async () => {
      const { records, closed, forgotten, left } = await foldJournals(repo, world)
      if (left[0] !== undefined && records.length === 0) throw left[0].error
      const killed = closed.length === 0 ? '' : `, ${closed.length} of them as killed`
      const wrote = `wrote ${plural(records.length, 'run')} into git${killed}`
      if (forgotten === 0) return wrote
      const forgot = `forgot ${plural(forgotten, 'run')} that had not begun`
      return records.length === 0 ? forgot : `${wrote}; ${forgot}`
    },
  }
}

function torn(journals: readonly Journal[]): Finding[] {
  return journals
    .filter((journal) => journal.torn > 0)
    .map(({ run, torn: lines }) => ({
      check: 'runs',
      state: 'warn' as const,
      message: `the journal of run ${run.slice(0, 12)} has ${plural(lines, 'line')} that a crash or a full disk tore; the others count`,
      hints: ['nothing to mend: what can be read is kept'],
    }))
}

function unread(journals: readonly Journal[]): Finding[] {
  return journals
    .filter((journal) => journal.unread !== undefined)
    .map(({ run, folder, unread: error }) => ({
      check: 'runs',
      state: 'error' as const,
      message: `the journal of run ${run.slice(0, 12)} cannot be read, and stays as it is: ${error!.message}`,
      hints: [`make it readable: ${folder}`],
    }))
}

/** Checks that what was fetched is in the local refs. */
export const checkFetched: Check = async ({ repo, tips }) => {
  if (isFolded(repo.commonDir, fetchedState(tips))) {
    const [refused, prefix] = await Promise.all([findRefused(repo, tips), syncPrefix(repo)])
    return refused.map((one) => {
      const { message, hints } = refusedError(one, prefix)
      return { check: 'notes', state: 'warn', message, hints }
    })
  }
  return [
    {
      check: 'notes',
      state: 'warn',
      message: 'runs or cards were fetched and are not folded in yet',
      hints: [FIX],
      fix: async () => {
        await foldFetched(repo)
        return 'folded in what was fetched'
      },
    },
  ]
}

/** Checks every note: runs, series and cards. */
export const checkNotes: Check = async (patient) => {
  const [runs, series, cards] = await Promise.all([
    inspect(patient, RUNS_NOTES, (target, text) => problemsOf(decodeRun(target, text))),
    inspect(patient, SERIES_NOTES, (target, text) => problemsOf(decodeSeries(target, text))),
    inspect(patient, CARDS_NOTES, (_target, text) =>
      checkCardText(text).problems.map(({ message }) => message),
    ),
  ])
  const findings = [
    ...report('run', runs, 'git model show'),
    ...report('series', series, 'git model show'),
    ...report('card', cards, `git notes --ref=${CARDS_NOTES.replace('refs/notes/', '')} show`),
  ]
  if (findings.length > 0) return findings
  if (runs.total + cards.total === 0) {
    const isUnfetched = (await metadataState(patient, 'runs')) === 'unfetched'
    const message = `no runs and no cards ${isUnfetched ? 'here, and none were ever fetched' : 'yet'}`
    return [{ check: 'notes', state: 'ok', message }]
  }
  const message = `${plural(runs.total, 'run')}, ${plural(cards.total, 'card')}, all valid`
  return [{ check: 'notes', state: 'ok', message }]
}

interface Inspected {
  total: number
  bad: { target: string; problem: string }[]
}

async function inspect(
  { repo, tips }: Patient,
  ref: string,
  problems: (target: string, text: string) => string[],
): Promise<Inspected> {
  const tip = tips.get(ref)
  if (tip === undefined) return { total: 0, bad: [] }
  const entries = await listNotes(repo, tip)
  const targets = [...new Set(entries.map(({ target }) => target))]
  const texts =
    targets.length === entries.length
      ? new Map(
          (
            await readObjects(
              repo,
              entries.map(({ blob }) => blob),
            )
          ).map((object, index) => [entries[index]!.target, object?.content.toString('utf8') ?? '']),
        )
      : new Map([...(await readNotes(repo, tip, targets))].map(([target, { text }]) => [target, text]))
  const bad = targets.flatMap((target) => {
    const [problem] = problems(target, texts.get(target) ?? '')
    return problem === undefined ? [] : [{ target, problem }]
  })
  return { total: targets.length, bad }
}

function problemsOf(note: { value: unknown; problems: string[] }): string[] {
  return note.value === undefined && note.problems.length === 0 ? ['it is empty'] : note.problems
}

// Notes that cannot be read are kept and carried; only who wrote one can mend it.
function report(kind: string, { bad }: Inspected, command: string): Finding[] {
  const [first] = bad
  if (first === undefined) return []
  const what = bad.length === 1 ? `a ${kind} note` : `${bad.length} ${kind} notes`
  const message = `${what} cannot be read or ${bad.length === 1 ? 'has' : 'have'} problems; first ${first.target.slice(0, 12)}: ${first.problem}`
  return [{ check: 'notes', state: 'warn', message, hints: [`${command} ${first.target.slice(0, 12)}`] }]
}
