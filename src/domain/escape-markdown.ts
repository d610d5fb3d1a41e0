/**
 * Escapes a text so that it stands in GitHub-flavoured Markdown as what it is: no markup, no HTML, no table cell of
 * its own, and nobody is mentioned. Newlines stay; what acts on a terminal is `safeText`'s affair.
 */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replaceAll(/[\\`*_[\]<>|~&$#]/g, String.raw`\$&`)
      .replaceAll(/(?<![\p{L}\p{N}_.])@(?=[\p{L}\p{N}])/gu, '@<!-- -->')
      // What would begin a list, a rule or an underlined heading.
      .replaceAll(/^(\s*)([-+])(?=\s|$)/gm, String.raw`$1\$2`)
      .replaceAll(/^(\s*)([-=])(?=[-=\s]*$)/gm, String.raw`$1\$2`)
      .replaceAll(/^(\s*\d+)([.)])(?=\s|$)/gm, String.raw`$1\$2`)
  )
}
