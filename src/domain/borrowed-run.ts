import type { Side } from './side.ts'

/**
 * Tells whether a base has its run only because it had started from there, while it is the head that holds its result: it
 * must not stand for both, since then nothing would ever differ.
 */
export function isBorrowed(base: Side, head: Side): boolean {
  const run = base.record?.run
  const isShared = run !== undefined && run === head.record?.run && base.commit !== head.commit
  if (!isShared || base.rule === 'produced') return false
  if (head.rule === 'produced') return true
  return base.rule === 'same-commit' && base.record?.code.dirty === true && head.rule !== 'same-commit'
}
