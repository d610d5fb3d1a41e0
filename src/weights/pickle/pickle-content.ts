import type { TensorView } from '../weights-view.ts'
import type { PickleReading } from './run-pickle.ts'

/** What a file of pickles holds. */
export interface PickleContent {
  /** Names that are imported and not on the allow-list. */
  imports: string[]
  /** Why it cannot be vouched for, whatever it imports. */
  doubt?: string
  /** Whether it could be followed to its end, so that `tensors` is all of them. */
  isListed: boolean
  tensors: TensorView[]
}

/** Joins what pickles showed, and further doubts. */
export function contentOf(
  readings: readonly PickleReading[],
  tensors: TensorView[],
  doubts: readonly (string | undefined)[] = [],
): PickleContent {
  const doubt = [...readings.map((reading) => reading.doubt), ...doubts].find((why) => why !== undefined)
  return {
    imports: [...new Set(readings.flatMap(({ imports }) => imports))].sort(),
    ...(doubt !== undefined && { doubt }),
    isListed: readings.every(({ root }) => root !== undefined),
    tensors,
  }
}
