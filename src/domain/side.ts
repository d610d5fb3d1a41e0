import type { LinkRule } from './run-links.ts'
import type { Oid, RunRecord } from './run.ts'

/**
 * Why a side has no run: there is none, none was ever fetched, or runs belong to it but none finished, or they ran edited
 * code.
 */
export type NoRecord = 'absent' | 'unfetched' | 'unfinished' | 'edited'

/** One side of a comparison. */
export interface Side {
  /** As it was typed. */
  label: string
  /** The commit whose tree it is. */
  commit: Oid
  record?: RunRecord
  /** Why that run stands for the side; absent when the run itself was named. */
  rule?: LinkRule
  /** How many first-parent commits away the run belongs to. */
  distance?: number
  /** How many runs belong to the commit. */
  candidates: number
  none?: NoRecord
  group?: RunGroup
  models: SideModel[]
}

/** The runs over which numbers are means: that of the side, and those that differ in this parameter alone. */
export interface RunGroup {
  param: string
  runs: RunRecord[]
  /** How many more there are that differ in uncommitted code too. */
  edited: number
}

/** A model as one side has it. */
export interface SideModel {
  name: string
  path: string
  files: { path: string; oid: string; size: number }[]
  /** The card as plain data; absent where there is none. */
  card?: unknown
  /** Why there is no card: these weights have none, or none were ever fetched. */
  cardState?: 'absent' | 'unfetched'
}
