import { escapeMarkdown } from '../../../domain/escape-markdown.ts'
import { safeText } from '../../../domain/safe-text.ts'

/** Cuts a raw text to so many characters, before anything is escaped. */
export function clip(text: string, most: number): string {
  // By code points, so that no pair is parted.
  if (text.length <= most) return text
  return `${[...text.slice(0, 2 * most)].slice(0, most - 1).join('')}…`
}

/** Escapes a text that others may have written. */
export function escaped(text: string, most = Infinity): string {
  return escapeMarkdown(safeText(clip(text, most)))
}

/** Sets a text of ours, without backticks, as code. */
export function codeText(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}

/** Sets a link around an abbreviated object name, or the name alone where there is nowhere to link to. */
export function oidLink(oid: string, url: string | undefined): string {
  const name = codeText(oid.slice(0, 12))
  return url === undefined ? name : `[${name}](${url})`
}

/** Folds a part away below its summary. */
export function details(summary: string, body: string, open = false): string {
  return `<details${open ? ' open' : ''}><summary>${summary}</summary>\n\n${body}\n\n</details>`
}
