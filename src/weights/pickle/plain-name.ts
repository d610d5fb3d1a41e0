import { PLAIN_ARRAYS } from './plain-arrays.ts'
import { PLAIN_VALUES, type PlainName } from './plain-values.ts'
import type { PickleGlobal } from './value.ts'

const PLAIN: ReadonlyMap<string, PlainName> = new Map([...PLAIN_VALUES, ...PLAIN_ARRAYS])

/**
 * Finds what is known of a name that makes plain values or arrays. It is let through where it is called with what
 * picklers give it, and listed as an import where it is not. Undefined for any other name.
 */
export function plainName({ module, name }: PickleGlobal): PlainName | undefined {
  return PLAIN.get(`${module} ${name}`)
}
