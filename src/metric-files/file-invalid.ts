import { ModelError } from '../domain/errors.ts'

/** Where something stands in a file. From 1. */
export interface Place {
  line: number
  column: number
}

/** Makes the error for a metric file that cannot be read. */
export function fileInvalid(file: string, message: string, place?: Place, hint?: string): ModelError {
  const where = place === undefined ? '' : `, line ${place.line}, column ${place.column}`
  return new ModelError('metric-file-invalid', `${JSON.stringify(file)}${where}: ${message}`, {
    hints: [hint ?? 'mend the file, then: git model log --run RUN --metrics FILE'],
    data: { file, ...place },
  })
}

/**
 * Makes the error for maps and lists that are nested deeper than they can be followed: each level is a call within
 * another one, and there is an end to that.
 */
export function tooDeep(file: string, line: number): ModelError {
  return fileInvalid(file, 'its maps and lists are nested too deeply', { line, column: 1 })
}

/** Returns the line and column of an offset in a text. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
