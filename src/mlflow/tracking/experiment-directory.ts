import type { Experiment } from '../../domain/entity.ts'
import type { Repository } from '../../git/repository.ts'
import type { TrackedRun } from './tracked-run.ts'
import { DEFAULT_EXPERIMENT, experimentId } from './experiment-id.ts'

/** Finds experiments by id, key or name: those with a note, and those that only runs name. */
export class ExperimentDirectory {
  readonly #repo: Repository
  readonly #byKey = new Map<string, Experiment>()
  readonly #byId = new Map<string, Experiment>()
  readonly #noted = new Set<string>()
  readonly #idOf = new Map<string, string>()

  constructor(repo: Repository) {
    this.#repo = repo
    this.#put(this.#invent(DEFAULT_EXPERIMENT, 0))
  }

  /** Takes in what the notes have. */
  load(experiments: readonly Experiment[]): void {
    for (const experiment of experiments) this.set(experiment)
  }

  /** Takes in an experiment as it was written just now. */
  set(experiment: Experiment): void {
    this.#noted.add(experiment.key)
    this.#put(experiment)
  }

  /** Makes up an experiment that has no note, from a run that names it: it is as old as its oldest run. */
  mention({ experiment: key = DEFAULT_EXPERIMENT, started }: TrackedRun): void {
    const known = this.#byKey.get(key)
    if (known === undefined) this.#put(this.#invent(key, started))
    else if (!this.#noted.has(key) && (started < known.created || known.created === 0)) {
      this.#put({ ...known, created: started, updated: started })
    }
  }

  /** Returns the id of a key. */
  idOf(key: string = DEFAULT_EXPERIMENT): string {
    const known = this.#idOf.get(key)
    if (known !== undefined) return known
    const id = experimentId(this.#repo, key)
    this.#idOf.set(key, id)
    return id
  }

  byId(id: string): Experiment | undefined {
    return this.#byId.get(id)
  }

  byName(name: string): Experiment | undefined {
    return [...this.#byKey.values()].find((experiment) => experiment.name === name)
  }

  has(key: string): boolean {
    return this.#byKey.has(key)
  }

  /** All experiments, in no order. */
  all(): Experiment[] {
    return [...this.#byKey.values()]
  }

  #put(experiment: Experiment): void {
    this.#byKey.set(experiment.key, experiment)
    this.#byId.set(this.idOf(experiment.key), experiment)
  }

  #invent(key: string, created: number): Experiment {
    return { schema: 'experiment/v1', anchor: '', key, name: key, created, updated: created, revision: 1 }
  }
}
