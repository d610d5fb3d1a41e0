/** The single-valued fields of a record and of what it nests, by path (`name`, `params/lr`). */
export type Registers = Map<string, unknown>

/** Registers with the clock of each that was written after the first revision. A path without a value is a tombstone. */
export interface ClockedRegisters {
  readonly registers: Registers
  readonly edits: Readonly<Record<string, number>> | undefined
}
