import { parseNumber } from '../domain/number.ts'

// The first that is there is the step; what is left is a metric like others (an epoch beside a step).
const STEPS = ['step', 'global_step', '_step', 'global step', 'iteration', 'iter', 'epoch', '_epoch']
const TIMES = ['timestamp', '_timestamp', 'time', 'wall_time', 'walltime', 'wall time', 'datetime', 'date']

/** Which members of a row say when its values were logged. */
export interface Axes {
  step: string | undefined
  time: string | undefined
}

/** Finds the step and the time among the names of a row. */
export function findAxes(names: readonly string[]): Axes {
  const find = (candidates: readonly string[]): string | undefined => {
    for (const candidate of candidates) {
      const found = names.find((name) => name.trim().toLowerCase() === candidate)
      if (found !== undefined) return found
    }
    return undefined
  }
  return { step: find(STEPS), time: find(TIMES) }
}

/** Returns the step that a value is; undefined where it is none. */
export function toStep(value: unknown): number | undefined {
  const step = typeof value === 'string' ? parseNumber(value) : value
  return typeof step === 'number' && Number.isFinite(step) ? step : undefined
}

// 2001 in seconds. What is less counts from the start of the training, not from 1970.
const EARLIEST = 1e9
// The year 5138 in seconds, 1973 in milliseconds.
const MILLISECONDS = 1e11

/** Returns the milliseconds since 1970 that a value says, in seconds, milliseconds or ISO 8601; undefined where it says none. */
export function toTime(value: unknown): number | undefined {
  const number = typeof value === 'string' ? parseNumber(value) : value
  if (typeof number === 'number') {
    if (!(number >= EARLIEST && number < 1e15)) return undefined
    return Math.round(number < MILLISECONDS ? number * 1000 : number)
  }
  const isDate = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}(?:[T ]|$)/.test(value.trim())
  const time = isDate ? Date.parse(value.trim()) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
