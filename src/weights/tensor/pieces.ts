import { comparePiece, type ComparePiece } from './compare-piece.ts'
import { hashPiece, type HashPiece } from './hash-piece.ts'
import type { TensorKernel } from './kernel.ts'
import type { OpenFiles } from './open-files.ts'
import type { TensorStats } from './tensor-stats.ts'

/** A piece of work on the contents of weight files, independent of any other piece. */
export type Piece = ComparePiece | HashPiece

/** What a kind of piece yields. */
export type PieceResult<P extends Piece> = P extends ComparePiece ? TensorStats : string

/** Does a piece of work. */
export function runPiece<P extends Piece>(kernel: TensorKernel, files: OpenFiles, piece: P): PieceResult<P> {
  const result = piece.kind === 'compare' ? comparePiece(kernel, files, piece) : hashPiece(files, piece)
  return result as PieceResult<P>
}

/** About how many bytes a piece reads. */
export function weightOf(piece: Piece): number {
  return piece.kind === 'hash' ? piece.bytes : piece.count * 8
}
