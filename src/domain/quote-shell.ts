/** Writes a word so that a POSIX shell reads it as it is. */
export function quoteShell(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** Writes a command line that a user can paste. */
export function formatCommand(...words: readonly string[]): string {
  return words.map(quoteShell).join(' ')
}
