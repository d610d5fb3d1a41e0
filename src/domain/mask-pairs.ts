import { looksSecret } from './secret-name.ts'
import { isReference, MASK } from './secret-shapes.ts'

// What gives a value to a name: `name=`, `name: `, `"name": `, `--name `, `name is `, `api key: `.
const NAME =
  /(?<![\w.-])(?:(--[A-Za-z_][\w.-]{1,60})([^\S\n]*[=:][^\S\n]*|[^\S\n]+)|((?:api|access|secret|private|auth) (?:key|token)|-?[A-Za-z_][\w.-]{1,60}["']?)([^\S\n]*[=:][^\S\n]*|[^\S\n]+is[^\S\n]+))/gi
const VALUE = /"[^"\n]{1,4096}"|'[^'\n]{1,4096}'|(?!-)[^\s"'&;|,{}()<>]{1,4096}/y
const ANY_VALUE = 'A1b2C3d4'

/** A name and its value, where one stands in a text. */
export interface Pair {
  name: string
  /** What stands between them, without the blanks: `=`, `:`, `is`, or nothing. */
  mark: string
  /** Without quotes. */
  value: string
  isQuoted: boolean
}

/**
 * Masks the values of names that speak of a credential, anywhere in a text.
 *
 * @param isGiven - tells whether this is a value at all, and no more than the next word.
 */
export function maskPairs(text: string, isGiven: (pair: Pair) => boolean): string {
  let masked = ''
  let done = 0
  for (const found of text.matchAll(NAME)) {
    const at = found.index + found[0].length
    const [, option, blank, name = option!, mark = blank!] = found
    if (found.index < done || !looksSecret(name, ANY_VALUE)) continue
    VALUE.lastIndex = at
    const quoted = VALUE.exec(text)?.[0]
    if (quoted === undefined) continue
    const value = quoted.replace(/^(["'])([^]*)\1$/, '$2')
    if (isReference(value) || !looksSecret(name, value)) continue
    if (!isGiven({ name, mark: mark.trim(), value, isQuoted: value !== quoted })) continue
    masked += text.slice(done, at) + quoted.replace(value, () => MASK)
    done = at + quoted.length
  }
  return masked + text.slice(done)
}
