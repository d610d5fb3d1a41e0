import { safeText } from '../../../domain/safe-text.ts'

/** A cell of a table: raw text, or HTML that was made of escaped text. */
export type HtmlCell = string | { readonly html: string }

/** Escapes a raw text for HTML, in attributes too. */
export function htmlText(raw: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': 'amp',
    '<': 'lt',
    '>': 'gt',
    '"': 'quot',
    "'": '#39',
  }
  return safeText(raw).replaceAll(/[&<>"']/g, (character) => `&${names[character]};`)
}

/** Writes a table. A title that begins with `>` has its column set flush right. */
export function htmlTable(titles: readonly string[], rows: readonly (readonly HtmlCell[])[]): string {
  const isRight = titles.map((title) => title.startsWith('>'))
  const attribute = (index: number): string => (isRight[index] === true ? ' class="number"' : '')
  const head = titles.map(
    (title, index) => `<th${attribute(index)}>${htmlText(title.replace(/^>/, ''))}</th>`,
  )
  const body = rows.map((row) => {
    const cells = row.map((cell, index) => {
      return `<td${attribute(index)}>${typeof cell === 'string' ? htmlText(cell) : cell.html}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  return `<div class="table"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
}

/** Writes a page around a body. Its policy forbids scripts and everything that would have to be loaded. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

const STYLE = `
:root { --text: #1f2328; --dim: #59636e; --line: #d1d9e0; --back: #fff; --soft: #f6f8fa; --good: #1a7f37; --bad: #cf222e; --warning: #9a6700; --base: #818b98; --head: #0969da }
@media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --dim: #9198a1; --line: #3d444d; --back: #0d1117; --soft: #151b23; --good: #3fb950; --bad: #f85149; --warning: #d29922; --base: #9198a1; --head: #4493f8 } }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 64px }
h1 { font-size: 22px; border-left: 5px solid var(--line); padding-left: 12px; overflow-wrap: anywhere }
h1.good { border-color: var(--good) } h1.bad { border-color: var(--bad) } h1.warning { border-color: var(--warning) }
h2 { font-size: 16px; margin: 28px 0 8px }
.table { overflow-x: auto }
table { border-collapse: collapse; font-size: 14px }
th, td { border: 1px solid var(--line); padding: 4px 10px; text-align: left; max-width: 40ch; overflow-wrap: break-word }
th { background: var(--soft); font-weight: 600; white-space: nowrap }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
code { font: 13px ui-monospace, monospace } td code { white-space: nowrap } td:last-child { min-width: 14ch } p, li { overflow-wrap: anywhere }
a { color: var(--head) }
summary { cursor: pointer; margin: 8px 0 }
span.good, .badge.good { color: var(--good) } span.bad, .badge.bad { color: var(--bad) } .warning { color: var(--warning) }
.badge { border: 1px solid; border-radius: 10px; padding: 1px 9px; font-size: 13px; margin-right: 8px }
.charts { display: flex; flex-wrap: wrap; gap: 16px }
figure { margin: 0 } figcaption { font-size: 13px; color: var(--dim) } figcaption b { color: var(--text) }
svg { display: block; max-width: 100%; height: auto; font: 11px system-ui, sans-serif }
svg text { fill: var(--dim) } svg .axis { stroke: var(--line) } svg polyline { fill: none; stroke-width: 1.8 }
svg .base { stroke: var(--base); stroke-dasharray: 5 3 } svg .head { stroke: var(--head) }
.key-base { color: var(--base) } .key-head { color: var(--head) }
`
