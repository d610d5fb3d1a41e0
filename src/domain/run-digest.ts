import type { Goal } from './config.ts'
import { formatText } from './yaml-scalar.ts'
import { safeText } from './safe-text.ts'

/** What the digest of a commit says. */
export interface DigestFacts {
  /** How many runs belong to the commit. */
  runs: number
  /** The best last value among those that finished. */
  best?: number
  /** By which metric. */
  metric?: { name: string; goal: Goal }
}

/** Writes the one line that `git log` shows below a commit: `3 runs, best val/acc 0.917`. */
export function formatDigest({ runs, best, metric }: DigestFacts): string {
  const count = runs === 1 ? '1 run' : `${runs} runs`
  if (metric === undefined || best === undefined) return `${count}\n`
  const value = Number.isInteger(best) ? String(best) : String(Number(best.toPrecision(4)))
  return `${count}, ${runs === 1 ? '' : 'best '}${safeText(formatText(metric.name))} ${value}\n`
}

/** Returns the better of two values; NaN and no value at all are worse than any. */
export function betterValue(a: number | undefined, b: number | undefined, goal: Goal): number | undefined {
  if (b === undefined || Number.isNaN(b)) return a
  if (a === undefined || Number.isNaN(a)) return b
  return goal === 'max' ? Math.max(a, b) : Math.min(a, b)
}
