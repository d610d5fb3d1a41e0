import type { CiEvent } from '../../domain/ci-event.ts'
import type { ModelError } from '../../domain/errors.ts'
import type { Review } from '../../domain/review.ts'
import { safeText } from '../../domain/safe-text.ts'
import { renderComparisonMarkdown } from './comparison/markdown.ts'
import { codeText, escaped } from './comparison/markdown-text.ts'
import { verdictLine } from './comparison/verdict-words.ts'
import { gateText } from './comparison/gate-words.ts'
import { plural } from '../../domain/plural.ts'

interface Prepared {
  review: Review
  event: CiEvent
  remarks: readonly string[]
}

interface Published {
  comment: string
  url?: string
  reason?: string
}

interface MergeLinked {
  commit: string
  request?: number
  none?: 'no-request' | 'found' | 'no-run'
  runs: readonly { run: string; name: string }[]
}

/** Writes what stands in place of a report that could not be made. */
export function renderNoReview(event: CiEvent, { message, hints }: ModelError): string {
  return [
    `### ❌ no review: ${escaped(message, 300)}\n`,
    ...hints.map((hint) => `- ${escaped(hint, 300)}`),
    `\nOf commit ${codeText(event.head.slice(0, 12))}.`,
    `\n${jobLine(event)}`,
  ].join('\n')
}

/** Writes the report of a CI job: the comparison, what is to be known of how it was made, and where it was. */
export function renderCiReport({ review, event, remarks }: Prepared): string {
  const notes = remarks.map((remark) => `> ${escaped(remark, 300)}\n`)
  return renderComparisonMarkdown(review, ['', ...notes, jobLine(event)].join('\n'))
}

function jobLine({ key, url }: CiEvent): string {
  const name = escaped(key, 100)
  const job = /^https?:\/\/[^\s()<>]{1,2000}$/.test(url ?? '') ? `[${name}](${url})` : name
  return `<sub>git-model, ${job}</sub>\n`
}

/** Says in the log of a job what came out, a line each. */
export function renderCiOutcome({ review: { comparison }, remarks }: Prepared, published: Published): string {
  const { passed, failures } = comparison.gate
  const comment: Readonly<Record<string, string>> = {
    created: `commented${published.url === undefined ? '' : `: ${safeText(published.url)}`}`,
    updated: `comment updated${published.url === undefined ? '' : `: ${safeText(published.url)}`}`,
    unchanged: 'comment is up to date',
    none: 'no comment',
  }
  return [
    verdictLine(comparison),
    `gate: ${passed ? 'passed' : 'failed'}`,
    ...failures.map((failure) => `  ${gateText(failure, comparison)}`),
    ...remarks.map(safeText),
    safeText(published.reason ?? comment[published.comment] ?? published.comment),
  ].join('\n')
}

/** Says what was linked after a merge. */
export function renderMergeLinked({ commit, request, none, runs }: MergeLinked): string {
  const what = commit.slice(0, 12)
  if (none === 'no-request') return `${what} is not the merge of a request: nothing to link`
  if (none === 'found') return `${what} has its run already: nothing to link`
  if (none === 'no-run') return `the branch of request ${request} has no run: nothing to link`
  const named = runs.map(({ run, name }) => `${run.slice(0, 12)} ${safeText(name)}`).join(', ')
  return `linked ${what} to ${plural(runs.length, 'run')} of request ${request}: ${named}`
}
