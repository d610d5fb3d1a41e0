/**
 * Gives the points that one process logs times that tell them apart. A history is a set of (step, time, value), or clones
 * could not join theirs: of points of one metric at one step in the same millisecond, equal ones would count once, and the
 * last would be the greatest.
 */
export class DistinctTimes {
  readonly #last = new Map<string, Map<number, number>>()
  #latest = -Infinity

  /**
   * Returns when a point was logged, in whole milliseconds: now, or as little later as its metrics need to be after
   * what they had at that step before.
   */
  next(metrics: Iterable<string>, step: number, now: number): number {
    // What is later than all that was given out needs nothing of it.
    if (now > this.#latest) this.#last.clear()
    const names = [...metrics]
    const after = names.map((name) => (this.#last.get(name)?.get(step) ?? -Infinity) + 1)
    const time = after.reduce((latest, least) => Math.max(latest, least), now)
    for (const name of names) this.#stepsOf(name).set(step, time)
    this.#latest = Math.max(this.#latest, time)
    return time
  }

  #stepsOf(name: string): Map<number, number> {
    const steps = this.#last.get(name) ?? new Map<number, number>()
    this.#last.set(name, steps)
    return steps
  }
}
