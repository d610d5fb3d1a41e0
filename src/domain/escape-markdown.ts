// Parts a word from what the host would make of it: hosts look for mentions and references after Markdown is
// rendered, where no backslash is left. It prints nothing.
const APART = '\u200b'

/**
 * Escapes a text so that GitHub and GitLab show it as what it is: no markup, no HTML, no table cell of its own, no
 * link, no emoji, no quick action; nobody is mentioned and no issue is referred to. Newlines stay; what acts on a
 * terminal is `safeText`'s affair.
 */
export function escapeMarkdown(text: string): string {
  return escapeLineStarts(escapeInline(partReferences(text))).replaceAll(APART, '&#8203;')
}

function partReferences(text: string): string {
  return (
    text
      .replaceAll(/(?<![A-Za-z0-9_])@/g, `@${APART}`)
      // #1, !1 and the like, but not the percent sign of "5%".
      .replaceAll(/#(?=\d)|(?<![A-Za-z0-9_])[!%~$&^](?=\d)/g, `$&${APART}`)
      .replaceAll(/\{(?=[-+])/g, `{${APART}`)
      .replaceAll(/\bGH-(?=\d)/gi, `$&${APART}`)
      .replaceAll(/:(?=\/\/)|www(?=\.)/gi, `$&${APART}`)
      // No emoji has a longer name; without a bound, every colon would look at all that follows it.
      .replaceAll(/:(?=(?=[\d_+-]{0,99}[a-z])[\w+-]{1,100}:|[+-]1:)/gi, `:${APART}`)
  )
}

function escapeInline(text: string): string {
  // An underscore within a word is none of Markdown's business.
  return text.replaceAll(/[\\`*[\]<>|~&$#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, String.raw`\$&`)
}

function escapeLineStarts(text: string): string {
  return (
    text
      // Blocks of code; items of lists; rules, underlined headings and tables; quick actions of GitLab.
      .replaceAll(/^(?: {4}| {0,3}\t)[ \t]*/gm, '   ')
      .replaceAll(/^([ \t]*)([-+])(?=[ \t]|$)/gm, String.raw`$1\$2`)
      .replaceAll(/^([ \t]*\d+)([.)])(?=[ \t]|$)/gm, String.raw`$1\$2`)
      .replaceAll(/^([ \t]*)([-=:])(?=[-=:\t ]*$)/gm, String.raw`$1\$2`)
      .replaceAll(/^([ \t]*)\//gm, String.raw`$1\/`)
  )
}
