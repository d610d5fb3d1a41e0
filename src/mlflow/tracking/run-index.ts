import type { RunRecord, Oid } from '../../domain/run.ts'
import { diffNotes } from '../../git/notes.ts'
import { RUNS_NOTES } from '../../git/refs.ts'
import { streamObjects } from '../../git/stream-objects.ts'
import type { Repository } from '../../git/repository.ts'
import { journalFolder } from '../../journal/journal-folder.ts'
import { listJournals, readJournal } from '../../journal/read-journal.ts'
import { lateJournals } from '../../journal/retire-journal.ts'
import type { Tips } from '../../git/read-tips.ts'
import { hasFilesTwice, withCurrentFiles } from '../../store/current-files.ts'
import { TrackedRun } from './tracked-run.ts'

/** The longest note that is read, in bytes. */
const LARGEST_NOTE = 2 ** 27

/** Every run of the repository, in memory. When refs move, only the notes that changed are read again. */
export class RunIndex {
  readonly #repo: Repository
  readonly #now: () => number
  readonly #runs = new Map<Oid, TrackedRun>()
  #tip: Oid | undefined

  constructor(repo: Repository, now: () => number) {
    this.#repo = repo
    this.#now = now
  }

  /** Reads what changed in the notes since the last time. */
  async update(tips: Tips): Promise<void> {
    const tip = tips.get(RUNS_NOTES)
    if (tip === undefined || tip === this.#tip) return
    const changes = (await diffNotes(this.#repo, this.#tip, tip)).filter(({ after }) => after.length > 0)
    const { decodeRun } = await import('../../store/run-codec.ts')
    const blobs = changes.map(({ after }) => after[0]!)
    const unclear: RunRecord[] = []
    const changed = new Set<Oid>()
    // One after the other: all records at once need more memory than all that is kept of them.
    await streamObjects(this.#repo, blobs, LARGEST_NOTE, (index, content, size) => {
      if (size > content.length) return
      const { value } = decodeRun(changes[index]!.target, content.toString('utf8'))
      if (value === undefined) return
      changed.add(value.run)
      if (hasFilesTwice(value)) unclear.push(value)
      else this.#runs.set(value.run, this.#track(value, false))
    })
    for (const record of await withCurrentFiles(this.#repo, unclear)) {
      this.#runs.set(record.run, this.#track(record, false))
    }
    // What came while a journal was being folded is in no note yet, and its journal was moved away.
    for (const { run, events } of lateJournals(this.#repo.commonDir, this.#now())) {
      if (changed.has(run)) this.#runs.get(run)?.take(events)
    }
    this.#tip = tip
  }

  /** Takes in what journals got: of the runs that are known, and runs that are new. */
  readJournals(): void {
    for (const run of listJournals(this.#repo.commonDir)) {
      const known = this.#runs.get(run)
      if (known !== undefined) known.refresh()
      else this.#readNew(run)
    }
  }

  /** Finds a run that is known; as its journal has it now. */
  find(run: Oid): TrackedRun | undefined {
    return this.#runs.get(run)?.refresh()
  }

  /** All runs, in no order. */
  all(): IterableIterator<TrackedRun> {
    return this.#runs.values()
  }

  #readNew(run: Oid): void {
    const { events } = readJournal(run, journalFolder(this.#repo.commonDir, run))
    const start = events.find((event) => event.start !== undefined)?.start
    if (start === undefined || start.run !== run) return
    const record: RunRecord = { schema: 'run/v1', status: 'running', ...start, revision: 1 }
    this.#runs.set(run, this.#track(record, true).refresh())
  }

  #track(record: RunRecord, isLive: boolean): TrackedRun {
    return new TrackedRun(record, this.#repo.commonDir, isLive)
  }
}
