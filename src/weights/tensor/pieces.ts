import { blendPiece, type BlendPiece } from './blend-piece.ts'
import { comparePiece, type ComparePiece } from './compare-piece.ts'
import { copyPiece, equalPiece, type CopyPiece, type EqualPiece } from './copy-piece.ts'
import { hashPiece, type HashPiece } from './hash-piece.ts'
import type { TensorKernel } from './kernel.ts'
import { numberKind } from './number-kind.ts'
import type { OpenFiles } from './open-files.ts'
import type { TensorStats } from './tensor-stats.ts'
import { thresholdPiece, tiesPiece, type ThresholdPiece, type TiesPiece } from './ties-piece.ts'

/** A piece of work on the contents of weight files, independent of any other piece. */
export type Piece =
  | ComparePiece
  | HashPiece
  | EqualPiece
  | CopyPiece
  | BlendPiece
  | ThresholdPiece
  | TiesPiece

/** What each kind of piece yields. */
interface Results {
  compare: TensorStats
  hash: string
  equal: boolean
  copy: undefined
  blend: undefined
  threshold: number
  ties: undefined
}

/** What a kind of piece yields. */
export type PieceResult<P extends Piece> = Results[P['kind']]

/** Does a piece of work. */
export function runPiece<P extends Piece>(kernel: TensorKernel, files: OpenFiles, piece: P): PieceResult<P> {
  return run(kernel, files, piece) as PieceResult<P>
}

function run(kernel: TensorKernel, files: OpenFiles, piece: Piece): Results[Piece['kind']] {
  switch (piece.kind) {
    case 'compare':
      return comparePiece(kernel, files, piece)
    case 'hash':
      return hashPiece(files, piece)
    case 'equal':
      return equalPiece(files, piece)
    case 'copy':
      return copyPiece(files, piece)
    case 'blend':
      return blendPiece(kernel, files, piece)
    case 'threshold':
      return thresholdPiece(kernel, files, piece)
    default:
      return tiesPiece(kernel, files, piece)
  }
}

/** About how many bytes a piece reads. */
export function weightOf(piece: Piece): number {
  switch (piece.kind) {
    case 'hash':
      return piece.bytes
    case 'equal':
    case 'copy':
      return 2 * piece.bytes
    case 'compare':
      return piece.count * ((numberKind(piece.a.dtype)?.width ?? 1) + (numberKind(piece.b.dtype)?.width ?? 1))
    case 'blend':
    case 'ties':
      return piece.count * numberKind(piece.dtype)!.width * (piece.inputs.length + 1)
    default:
      return piece.count * numberKind(piece.dtype)!.width * 4
  }
}
