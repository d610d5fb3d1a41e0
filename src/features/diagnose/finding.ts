import type { World } from '../../domain/world.ts'
import type { GitConfig } from '../../git/git-config.ts'
import type { Tips } from '../../git/read-tips.ts'
import type { Repository } from '../../git/repository.ts'

/** What a check found. */
export interface Finding {
  /** What was checked, in a word. */
  check: string
  state: 'ok' | 'warn' | 'error'
  /** What it means. */
  message: string
  /** What to type; the first one mends it. */
  hints?: readonly string[]
  /** Mends it, and says what was done. */
  fix?: () => Promise<string>
}

/** What every check may look at. Nothing was folded or changed before. */
export interface Patient {
  readonly world: World
  readonly repo: Repository
  readonly config: GitConfig
  readonly tips: Tips
  /** Refs of ours whose files name nothing; they are not among the tips. */
  readonly broken: readonly string[]
  /** Whether `git model init` was here. */
  readonly isSetUp: boolean
}

/** One part of the diagnosis. */
export type Check = (patient: Patient) => Promise<Finding[]>

/** The hint of a finding that `--fix` mends. */
export const FIX = 'git model doctor --fix'
