import type { TensorView } from '../weights-view.ts'
import type { PickleReading } from './run-pickle.ts'

/** What a file of pickles holds. */
export interface PickleContent {
  /** Names that are imported and not on the allow-list. */
  imports: string[]
  /** Why it cannot be vouched for, whatever it imports. */
  doubt?: string
  /** Why the file is damaged, whatever its pickle says: a storage that is missing, or not as long as it should be. */
  damage?: string
  /** Whether it could be followed to its end, so that `tensors` is all of them. */
  isListed: boolean
  tensors: TensorView[]
}

/** Joins what pickles showed, what is damaged, why tensors are not listed, and a further doubt. */
export function contentOf(
  readings: readonly PickleReading[],
  tensors: TensorView[],
  more: { damage?: string | undefined; tooMuch?: string | undefined; doubt?: string | undefined } = {},
): PickleContent {
  const doubt = [...readings.map((reading) => reading.doubt), more.damage, more.tooMuch, more.doubt].find(
    (why) => why !== undefined,
  )
  return {
    imports: [...new Set(readings.flatMap(({ imports }) => imports))].sort(),
    ...(doubt !== undefined && { doubt }),
    ...(more.damage !== undefined && { damage: more.damage }),
    isListed: more.tooMuch === undefined && readings.every(({ root }) => root !== undefined),
    tensors,
  }
}
