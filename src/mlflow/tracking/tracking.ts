import type { EntityKind, Experiment, RegisteredModel } from '../../domain/entity.ts'
import type { JournalEvent } from '../../domain/journal-event.ts'
import { maskWords } from '../../domain/mask-words.ts'
import type { Oid } from '../../domain/run.ts'
import type { Series, SeriesColumns } from '../../domain/series.ts'
import type { AllowSecret } from '../../domain/secrets.ts'
import type { World } from '../../domain/world.ts'
import { readNotes } from '../../git/notes.ts'
import { fetchedState, readTips } from '../../git/read-tips.ts'
import { EXPERIMENTS_NOTES, REGISTRY_NOTES, SERIES_NOTES } from '../../git/refs.ts'
import { refsStamp } from '../../git/refs-stamp.ts'
import type { Repository } from '../../git/repository.ts'
import { RunSiteSession } from '../../git/run-site-session.ts'
import type { EntityOf } from '../../store/entities.ts'
import { isFolded } from '../../store/folded-state.ts'
import { ExperimentDirectory } from './experiment-directory.ts'
import { RunIndex } from './run-index.ts'
import type { TrackedRun } from './tracked-run.ts'

/**
 * Runs that ended are folded together, once none ended for a moment; in milliseconds, and the most that one waits. Its
 * journal is on disk, this process answers from it, and whoever reads the repository folds it: what waits is what plain
 * `git log --notes` shows.
 */
const FOLD_AFTER = 500
const FOLD_AT_LAST = 5000
/** How many runs' histories stay in memory. */
const SERIES_KEPT = 20

// The endpoint answers before it has loaded what reads YAML and merges: its first answer rarely needs them.
const ENTITY_NOTES = { experiment: EXPERIMENTS_NOTES, registry: REGISTRY_NOTES } as const

/** What becomes of what looks like a credential. */
export interface SecretPolicy {
  isAllowed: AllowSecret
  /** Hears of each place that is masked, once. */
  onMasked: (places: readonly string[]) => void
}

/**
 * What the endpoint knows of the repository, in memory, and the one way in which it writes. What others write is seen:
 * refs that move and journals that grow are read again before an answer.
 */
export class Tracking {
  readonly world: World
  readonly repo: Repository
  /** Where runs start. */
  readonly site: RunSiteSession
  readonly experiments: ExperimentDirectory
  readonly models = new Map<string, RegisteredModel>()
  readonly #runs: RunIndex
  readonly #entityTips = new Map<string, Oid>()
  readonly #series = new Map<Oid, Series['metrics']>()
  #seriesTip: Oid | undefined
  /** The experiment that a client chose last: a script does that before it starts its run. */
  chosen: string | undefined
  #stamp = ''
  #updating: Promise<void> | undefined
  #folding: Promise<void> = Promise.resolve()
  #foldTimer: NodeJS.Timeout | undefined
  #foldBy: number | undefined
  #isClosed = false

  readonly #wrapped: Oid | undefined

  readonly #secrets: SecretPolicy
  readonly #masked = new Set<string>()

  /** @param wrapped - the run of the command that `git model run` started, if this serves one. */
  constructor(world: World, repo: Repository, secrets: SecretPolicy, wrapped?: Oid) {
    this.#secrets = secrets
    this.#wrapped = wrapped
    this.world = world
    this.repo = repo
    this.site = new RunSiteSession(repo)
    this.#runs = new RunIndex(repo, world.now)
    this.experiments = new ExperimentDirectory(repo)
  }

  /** The run of the command that this serves, as far as anybody asked for it. */
  get wrapped(): TrackedRun | undefined {
    return this.#wrapped === undefined ? undefined : this.#runs.find(this.#wrapped)
  }

  /** Tells whether a run is the one that this process runs a command for. */
  isWrapped(run: Oid): boolean {
    return run === this.#wrapped
  }

  /** Sees to it that what is in memory is what the repository has. Costs next to nothing where no ref moved. */
  async refresh(): Promise<void> {
    while (refsStamp(this.repo.commonDir) !== this.#stamp) {
      this.#updating ??= this.#update().finally(() => (this.#updating = undefined))
      await this.#updating
    }
    this.#runs.readJournals()
  }

  /** All runs, after {@link refresh}. */
  runs(): TrackedRun[] {
    const runs = [...this.#runs.all()]
    for (const run of runs) this.experiments.mention(run)
    return runs
  }

  /** Finds a run by its id. */
  async findRun(id: string): Promise<TrackedRun | undefined> {
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) return undefined
    const known = this.#runs.find(id)
    if (known?.isJournaled === true) return known
    if (known !== undefined && refsStamp(this.repo.commonDir) === this.#stamp) return known
    await this.refresh()
    return this.#runs.find(id)
  }

  /** Reads the history of a metric that the notes have. The last few runs that were asked for stay in memory. */
  async readColumns(run: Oid, key: string): Promise<SeriesColumns | undefined> {
    const known = this.#series.get(run) ?? (await this.#readSeries(run))
    return Object.hasOwn(known, key) ? known[key] : undefined
  }

  /** Returns params as they are recorded: what looks like a credential is masked. */
  maskParams(params: readonly (readonly [key: string, value: string])[]): [key: string, value: string][] {
    const given = { params: Object.fromEntries(params) }
    const { words, masked } = maskWords(given, this.#secrets.isAllowed)
    this.tellMasked(masked)
    return Object.entries(words.params)
  }

  /** Tells of places that were masked, of each once. */
  tellMasked(places: readonly string[]): void {
    const fresh = places.filter((place) => !this.#masked.has(place))
    for (const place of fresh) this.#masked.add(place)
    if (fresh.length > 0) this.#secrets.onMasked(fresh)
  }

  /** Adds to a run: when it returns, the events survive the end of this process. */
  append(run: TrackedRun, events: readonly JournalEvent[], durable = false): void {
    if (events.length === 0) return
    this.tellMasked(run.append(events, durable, this.#secrets.isAllowed))
    if (!run.isLive || run.status !== 'running') this.foldSoon()
  }

  /** Changes an experiment or a registered model, and waits until git has it. As `editEntityNote`. */
  async edit<K extends EntityKind>(
    kind: K,
    key: string,
    change: (entity: EntityOf[K] | undefined, anchor: Oid) => EntityOf[K],
  ): Promise<EntityOf[K]> {
    const { editEntityNote } = await import('../../store/entities.ts')
    const entity = await editEntityNote(this.repo, kind, key, change)
    this.#put(entity)
    return entity
  }

  /** Writes the runs that ended into the notes, a little later, together. */
  foldSoon(): void {
    const now = this.world.now()
    this.#foldBy ??= now + FOLD_AT_LAST
    clearTimeout(this.#foldTimer)
    this.#foldTimer = setTimeout(
      () => {
        this.#foldBy = undefined
        this.#folding = this.#folding.then(() => this.#fold())
      },
      Math.min(FOLD_AFTER, this.#foldBy - now),
    )
  }

  /** Waits until everything that ended is in the notes. What cannot be written stays in its journal. */
  async close(): Promise<void> {
    this.site.close()
    clearTimeout(this.#foldTimer)
    this.#isClosed = true
    await this.#folding.then(() => this.#fold())
  }

  async #readSeries(run: Oid): Promise<Series['metrics']> {
    const note = (await readNotes(this.repo, this.#seriesTip, [run])).get(run)
    const { decodeSeries } = await import('../../store/run-codec.ts')
    const metrics = (note && decodeSeries(run, note.text).value?.metrics) ?? {}
    this.#series.set(run, metrics)
    for (const oldest of this.#series.keys()) {
      if (this.#series.size > SERIES_KEPT) this.#series.delete(oldest)
    }
    return metrics
  }

  async #fold(): Promise<void> {
    try {
      const { foldJournals } = await import('../../store/fold-journals.ts')
      const { records } = await foldJournals(this.repo, this.world)
      // Now, so that the next one who asks need not wait for it.
      if (records.length > 0 && !this.#isClosed) await this.refresh()
    } catch {
      // The journals stay; the next command folds them, or says what is wrong.
    }
  }

  async #update(): Promise<void> {
    const stamp = refsStamp(this.repo.commonDir)
    let tips = await readTips(this.repo)
    if (!isFolded(this.repo.commonDir, fetchedState(tips))) {
      const { foldFetched } = await import('../../store/fold-fetched.ts')
      tips = (await foldFetched(this.repo)).tips
    }
    await this.#runs.update(tips)
    for (const kind of ['experiment', 'registry'] as const) {
      const tip = tips.get(ENTITY_NOTES[kind])
      if (tip === undefined || tip === this.#entityTips.get(kind)) continue
      const { listEntities } = await import('../../store/entities.ts')
      for (const entity of await listEntities(this.repo, tips, kind)) this.#put(entity)
      this.#entityTips.set(kind, tip)
    }
    if (this.#seriesTip !== tips.get(SERIES_NOTES)) this.#series.clear()
    this.#seriesTip = tips.get(SERIES_NOTES)
    this.#stamp = stamp
  }

  #put(entity: Experiment | RegisteredModel): void {
    if (entity.schema === 'experiment/v1') this.experiments.set(entity)
    else this.models.set(entity.key, entity)
  }
}
