import type { LfsPointer } from '../domain/lfs-pointer.ts'
import type { StagedFile } from '../git/staged-files.ts'

/** A staged file and what is known of it. */
export interface StagedWeights extends StagedFile {
  /** Whether the `.gitattributes` that are staged route it through Git LFS. */
  isRouted: boolean
  /** Whether the `.gitattributes` of the work tree do. */
  isRoutedHere: boolean
  /** Whether `.gitmodel.yaml` names it as weights. */
  isNamed: boolean
  pointer: LfsPointer | undefined
}
