import type { ClockedRegisters, Registers } from './registers.ts'
import { stableJson } from './stable-json.ts'

/**
 * Joins two states of the same registers: the higher clock wins, ties go to the greater canonical text, and a value
 * beats its own tombstone. A value with the clock 0, which is inferred, loses against any that was written. Commutative,
 * associative and idempotent.
 */
export function joinRegisters(
  left: ClockedRegisters,
  right: ClockedRegisters,
): { registers: Registers; edits: Record<string, number> | undefined } {
  const named = [left, right].flatMap(({ registers, edits }) => [
    ...registers.keys(),
    ...Object.keys(edits ?? {}),
  ])
  const registers: Registers = new Map()
  const edits: Record<string, number> = {}
  for (const path of [...new Set(named)].sort()) {
    const [clockLeft, clockRight] = [clock(left, path), clock(right, path)]
    const winner =
      clockLeft === clockRight
        ? greater(left.registers.get(path), right.registers.get(path))
        : (clockLeft > clockRight ? left : right).registers.get(path)
    const top = Math.max(clockLeft, clockRight)
    if (winner !== undefined) registers.set(path, winner)
    if (top !== (winner === undefined ? 0 : 1)) edits[path] = top
  }
  return { registers, edits: Object.keys(edits).length === 0 ? undefined : edits }
}

/** Lists the paths at which two states differ. */
export function changedPaths(before: Registers, after: Registers): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => stableJson(before.get(path)) !== stableJson(after.get(path)),
  )
}

function clock({ registers, edits }: ClockedRegisters, path: string): number {
  const edited = edits !== undefined && Object.hasOwn(edits, path) ? edits[path] : undefined
  return edited ?? (registers.has(path) ? 1 : 0)
}

function greater(a: unknown, b: unknown): unknown {
  if (a === undefined || b === undefined) return a ?? b
  return stableJson(a) >= stableJson(b) ? a : b
}
