/** The marks of SQL's LIKE. */
const LIKE = { any: '%', one: '_' }

/** The marks of a shell's patterns. */
export const GLOB = { any: '*', one: '?' }

/**
 * Tells whether a text fits a pattern of SQL's LIKE: `%` is any text, `_` any one character, all of it must fit.
 * Walks with one step back per `%`, so that no pattern takes more than text × pattern steps.
 *
 * @param wild - other marks for any text and for any one character.
 */
export function matchesLike(text: string, pattern: string, ignoreCase: boolean, wild = LIKE): boolean {
  const [chars, marks] = [fold(text, ignoreCase), fold(pattern, ignoreCase)]
  let [at, mark, restart, restartMark] = [0, 0, 0, -1]
  while (at < chars.length) {
    if (marks[mark] === wild.any) {
      restart = at
      restartMark = mark
      mark += 1
    } else if (mark < marks.length && (marks[mark] === wild.one || marks[mark] === chars[at])) {
      at += 1
      mark += 1
    } else if (restartMark >= 0) {
      restart += 1
      at = restart
      mark = restartMark + 1
    } else return false
  }
  return marks.slice(mark).every((each) => each === wild.any)
}

// By code points: a character outside the basic plane is one `_`.
function fold(text: string, ignoreCase: boolean): string[] {
  return Array.from(ignoreCase ? text.toLowerCase() : text)
}
