import { closeSync, openSync, readSync } from 'node:fs'

/** How much of a file is in memory at once, besides a line that is longer, in bytes. */
const PIECE = 2 ** 20
/** No text is longer, so that no line of more bytes can be an event. */
const LONGEST = 2 ** 29
const NEWLINE = 10

/**
 * Reads the whole lines of a file one by one, however long it is: Node makes no text of more than 512 MiB, and no buffer
 * of a file of more than 2 GiB.
 *
 * @param from - how many bytes to leave out.
 * @param take - hears of each line that is not empty. Its bytes count until it returns.
 * @param piece - how many bytes are read at once.
 * @returns where the last whole line ends, in bytes, and what comes after: a line that is torn, or still being written.
 * @throws the system's error.
 */
export function readLines(
  file: string,
  from: number,
  take: (line: Buffer) => void,
  piece: number = PIECE,
): { end: number; rest: Buffer } {
  const descriptor = openSync(file, 'r')
  try {
    return readFrom(descriptor, from, take, Buffer.allocUnsafe(piece))
  } finally {
    closeSync(descriptor)
  }
}

function readFrom(
  descriptor: number,
  from: number,
  take: (line: Buffer) => void,
  piece: Buffer,
): { end: number; rest: Buffer } {
  let [position, end] = [from, from]
  const begun: Buffer[] = []
  let kept = 0
  for (;;) {
    const length = readSync(descriptor, piece, 0, piece.length, position)
    if (length === 0) return { end, rest: Buffer.concat(begun) }
    const read = piece.subarray(0, length)
    let start = 0
    for (let at = read.indexOf(NEWLINE); at >= 0; at = read.indexOf(NEWLINE, start)) {
      const rest = read.subarray(start, at)
      const line = begun.length === 0 ? rest : Buffer.concat([...begun, rest])
      if (line.length > 0) take(line)
      begun.length = 0
      kept = 0
      start = at + 1
      end = position + start
    }
    // A copy, for the piece is filled anew; what is too long is cut, and torn in any case.
    if (start < length && kept < LONGEST) {
      begun.push(Buffer.from(read.subarray(start)))
      kept += length - start
    }
    position += length
  }
}
