import type { Comparison } from './comparison.ts'
import type { Curve } from './curves.ts'
import type { WebRepository } from './web-url.ts'

/** A comparison with everything that a report draws and links to. */
export interface Review {
  comparison: Comparison
  curves: Curve[]
  /** Where commits are shown; absent where the remote's host is not known. */
  web?: WebRepository
}
