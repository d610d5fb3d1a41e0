import type { ByteSource } from '../byte-source.ts'

/** How much of one archive is unpacked into memory, in bytes, with all archives in it. */
const MAX_TOTAL = 2 ** 30

/** What may still be unpacked of an archive. */
export interface UnpackBudget {
  left: number
}

const budgets = new WeakMap<ByteSource, UnpackBudget>()

/** Returns the budget of a source: an archive that was unpacked from another one shares its budget. */
export function unpackBudget(source: ByteSource): UnpackBudget {
  const budget = budgets.get(source) ?? { left: MAX_TOTAL }
  budgets.set(source, budget)
  return budget
}

/** Lets a source that was unpacked share the budget of what it was unpacked from. */
export function shareBudget(source: ByteSource, budget: UnpackBudget): ByteSource {
  budgets.set(source, budget)
  return source
}
