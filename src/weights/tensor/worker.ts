// A thread that does pieces of work as long as it is given some. An empty batch says that there is no more for now: it
// lets go of its files, which may be moved or be others then.
import { parentPort } from 'node:worker_threads'
import { isModelError } from '../../domain/errors.ts'
import { makeKernel } from './make-kernel.ts'
import { OpenFiles } from './open-files.ts'
import { runPiece, type Piece } from './pieces.ts'
import type { Answer, Failure } from './run-pieces.ts'

const kernel = makeKernel()
const files = new OpenFiles()

parentPort!.on('message', (batch: Piece[]) => parentPort!.postMessage(answer(batch)))

function answer(batch: readonly Piece[]): Answer {
  try {
    if (batch.length === 0) files.close()
    return { results: batch.map((piece) => runPiece(kernel, files, piece)) }
  } catch (error) {
    return { error: describe(error) }
  }
}

function describe(error: unknown): Failure {
  const { message, code } = error as NodeJS.ErrnoException
  if (isModelError(error)) return { message, code: error.code, hints: error.hints }
  return code === undefined ? { message } : { message, system: code }
}
