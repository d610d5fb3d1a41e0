import type { ModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import type { Tips } from '../git/read-tips.ts'
import type { Repository } from '../git/repository.ts'
import type { LeftRun } from './left-run.ts'

/** What git-model keeps in a repository, as it stood when the store was opened. */
export interface Store {
  readonly repo: Repository
  readonly world: World
  /** Where our refs stand. */
  readonly tips: Tips
  /** Why something that was fetched, or that ended, could not be folded in: nothing can be written. */
  readonly unfolded?: ModelError
  /** Runs whose journals could not be folded; all else can be written. */
  readonly left?: readonly LeftRun[]
}
