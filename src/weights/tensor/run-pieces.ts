import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ModelError, type ErrorCode } from '../../domain/errors.ts'
import { makeKernel } from './make-kernel.ts'
import { OpenFiles } from './open-files.ts'
import { runPiece, weightOf, type Piece, type PieceResult } from './pieces.ts'

/** What a worker thread answers to a batch. */
export type Answer = { results: unknown[] } | { error: Failure }

/** An error on its way between threads. */
export interface Failure {
  message: string
  /** Of a {@link ModelError}. */
  code?: ErrorCode
  hints?: readonly string[]
  /** Of an error of the system. */
  system?: string
}

/** Is told how many bytes of how many are done. */
export type Progress = (done: number, all: number) => void

/** Below so many bytes a worker thread takes longer to start than the work. */
const SMALL = 8_000_000
const BATCH = 16_000_000
const THREADS = 2

/** Threads that wait for more: they end with the process, and do not keep it. */
const idle: Worker[] = []

/**
 * Does pieces of work, with two threads where it is much. The results come in the order of the pieces, and do not
 * depend on how many threads there are.
 *
 * @param progress - is told how many bytes of how many are done.
 * @throws ModelError `weights-invalid` for a file that changes meanwhile; errors of the system.
 */
export async function runPieces<P extends Piece>(
  pieces: readonly P[],
  progress: Progress = () => {},
): Promise<PieceResult<P>[]> {
  const all = pieces.reduce((sum, piece) => sum + weightOf(piece), 0)
  const program = workerProgram()
  if (all < SMALL || program === undefined) return runHere(pieces)
  const batches = makeBatches(pieces)
  const results: PieceResult<P>[][] = []
  const queue = batches.entries()
  let [done, failed] = [0, false]
  const threads = Math.min(THREADS, availableParallelism(), batches.length)
  const work = async (): Promise<void> => {
    const worker = idle.pop() ?? new Worker(program)
    worker.ref()
    try {
      for (const [index, batch] of queue) {
        if (failed) break
        results[index] = (await ask(worker, batch)) as PieceResult<P>[]
        done += batch.reduce((sum, piece) => sum + weightOf(piece), 0)
        progress(done, all)
      }
      await ask(worker, [])
      worker.unref()
      idle.push(worker)
    } catch (error) {
      failed = true
      await worker.terminate()
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: threads }, work))
  const failure = ends.find((end) => end.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return results.flat()
}

function runHere<P extends Piece>(pieces: readonly P[]): PieceResult<P>[] {
  const files = new OpenFiles()
  try {
    const kernel = makeKernel()
    return pieces.map((piece) => runPiece(kernel, files, piece))
  } finally {
    files.close()
  }
}

// Beside this code when it is bundled, in the bundle when it is not.
function workerProgram(): string | undefined {
  const places = ['./tensor-worker.js', '../../../dist/tensor-worker.js']
  return places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((file) => existsSync(file))
}

function makeBatches<P extends Piece>(pieces: readonly P[]): P[][] {
  const batches: P[][] = []
  let room = 0
  for (const piece of pieces) {
    if (room <= 0) {
      batches.push([])
      room = BATCH
    }
    batches.at(-1)!.push(piece)
    room -= weightOf(piece)
  }
  return batches
}

async function ask(worker: Worker, batch: readonly Piece[]): Promise<unknown[]> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const settle = (): void => void worker.off('message', told).off('error', broke)
    const told = (value: Answer): void => {
      settle()
      resolve(value)
    }
    const broke = (error: Error): void => {
      settle()
      reject(error)
    }
    worker.on('message', told).on('error', broke).postMessage(batch)
  })
  if ('results' in answer) return answer.results
  const { code, message, hints = [], system } = answer.error
  if (code !== undefined) throw new ModelError(code, message, { hints })
  throw Object.assign(new Error(message), system === undefined ? {} : { code: system })
}
