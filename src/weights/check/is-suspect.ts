import type { PartCheck } from './weights-check.ts'

/** Tells whether loading a file runs more than plain tensors need, as far as can be told. The policy is about these. */
export function isSuspect({ verdict, code }: Pick<PartCheck, 'verdict' | 'code'>): boolean {
  return verdict === 'unknown-imports' || verdict === 'unreadable' || code.length > 0
}
