import { parseNumber } from '../../domain/number.ts'
import { safeText } from '../../domain/safe-text.ts'

/**
 * Writes one row of CSV (RFC 4180: `,`, doubled quotes, CRLF).
 *
 * A text that a spreadsheet would run as a formula (it begins with `= + - @`, also in full width) gets an
 * apostrophe in front, unless it is a number (OWASP, "CSV Injection"). Control characters are escaped.
 */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: string): string {
  const text = safeText(cell)
  const harmless = /^\s*[=+\-@＝＋－＠]/.test(text) && parseNumber(text) === undefined ? `'${text}` : text
  return /[",\r\n]|^\s|\s$|^'/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
