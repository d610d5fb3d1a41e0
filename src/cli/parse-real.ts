import { parseNumber } from '../domain/number.ts'

/** Parses the value of a flag that is a finite number. */
export function parseReal(input: string): number {
  const value = parseNumber(input)
  if (value === undefined || !Number.isFinite(value)) throw new SyntaxError(`"${input}" is not a number`)
  return value
}
