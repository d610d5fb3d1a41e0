/** Writes a word so that a POSIX shell reads it as it is. */
export function quoteShell(word: string): string {
  // A tilde means a home only where it begins a word, or a part of one: `HEAD~3` is safe.
  if (/^(?:[\w@%+=:,./-]|(?<=\w)~)+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** Writes a command line that a user can paste. */
export function formatCommand(...words: readonly string[]): string {
  return words.map(quoteShell).join(' ')
}
