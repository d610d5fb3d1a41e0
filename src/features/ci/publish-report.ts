import { appendFileSync, writeFileSync } from 'node:fs'
import type { CiEvent } from '../../domain/ci-event.ts'
import { isModelError, ModelError } from '../../domain/errors.ts'
import type { Oid } from '../../domain/run.ts'
import { hasMarker, reportMarker } from '../../domain/report-marker.ts'
import type { World } from '../../domain/world.ts'
import type { OpenForge } from './open-forge.ts'

/** What became of the comment. */
export interface Published {
  comment: 'created' | 'updated' | 'unchanged' | 'none' | 'refused'
  /** Where it is shown. */
  url?: string
  /** Why there is none, for whoever set the job up. */
  reason?: string
}

/** How a report is published. */
export interface PublishOptions {
  /** A file to write the report to, beside everything else. */
  output?: string
  /** Whether to comment. */
  comment: boolean
  /** Instead of the name of the workflow and the job. */
  key?: string
}

/**
 * Publishes a report: the one comment of this workflow on the request is written anew, and the summary of the job has
 * the report always, even where commenting is refused.
 */
export async function publishReport(
  world: World,
  event: CiEvent,
  { forge, hasToken }: OpenForge,
  report: string,
  options: PublishOptions,
): Promise<Published> {
  const published = options.comment
    ? await comment(event, forge, hasToken, report, options.key ?? event.key)
    : { comment: 'none' as const }
  const remark = published.reason === undefined ? '' : `\n> ${published.reason}\n`
  const summary = world.env['GITHUB_STEP_SUMMARY']
  if (summary !== undefined && summary !== '') write(summary, `${report}${remark}\n`, appendFileSync)
  if (options.output !== undefined) write(options.output, report, writeFileSync)
  return published
}

async function comment(
  event: CiEvent,
  forge: OpenForge['forge'],
  hasToken: boolean,
  report: string,
  key: string,
): Promise<Published> {
  const { number } = event
  if (number === undefined) return { comment: 'none' }
  if (!hasToken) return { comment: 'refused', reason: NO_TOKEN[event.host] }
  const marker = reportMarker(key)
  const body = `${marker}\n${report}`
  try {
    const comments = await forge.listComments(number)
    const ours = comments.find((candidate) => candidate.mine && hasMarker(candidate.body, marker))
    if (ours === undefined) return told('created', await forge.createComment(number, body))
    if (ours.body.replaceAll('\r\n', '\n').trimEnd() === body.trimEnd()) return { comment: 'unchanged' }
    if (await isOutdated(forge, number, event.head)) return { comment: 'none', reason: OUTDATED }
    return told('updated', await forge.updateComment(number, ours.id, body))
  } catch (error) {
    if (!isModelError(error)) throw error
    return { comment: 'refused', reason: whyRefused(event, error) }
  }
}

const OUTDATED =
  'No comment: the request has newer commits than the one that this job reviewed, and the comment is of them.'

// A job of an earlier commit can be run again at any time.
async function isOutdated(forge: OpenForge['forge'], number: number, head: Oid): Promise<boolean> {
  const [newest, ...others] = await forge.requestCommits(number)
  return newest !== head && others.includes(head)
}

const NO_TOKEN: Readonly<Record<CiEvent['host'], string>> = {
  github: 'No comment: the job has no GITHUB_TOKEN in its environment.',
  gitlab:
    'No comment: the token of a job (CI_JOB_TOKEN) may not write one. Give the project a variable GITLAB_TOKEN with a project access token of scope api, see docs/ci.md.',
}

// Hosts say so of a token that may not, 404 among them: what it may not see is not there for it.
const OF_THE_TOKEN: readonly unknown[] = [401, 403, 404]

function whyRefused(event: CiEvent, error: ModelError): string {
  if (error.code !== 'host-refused' || !OF_THE_TOKEN.includes(error.data['status']))
    return `No comment: ${error.message}.`
  if (event.fork !== undefined && event.host === 'github')
    return 'No comment: a pull request from a fork gets a token that may only read. docs/ci.md shows the second workflow (workflow_run) that comments on those.'
  return event.host === 'github'
    ? `No comment: the token may not write one (${error.message}). The job needs "permissions: {pull-requests: write}".`
    : `No comment: GITLAB_TOKEN may not write one (${error.message}). It needs the scope api and the role Reporter.`
}

function told(what: 'created' | 'updated', url: string | undefined): Published {
  return { comment: what, ...(url !== undefined && { url }) }
}

function write(file: string, text: string, how: (file: string, text: string) => void): void {
  try {
    how(file, text)
  } catch (error) {
    throw new ModelError('write-failed', `cannot write "${file}": ${(error as Error).message}`, {
      hints: ['name a file in a folder that exists'],
      data: { file },
      cause: error,
    })
  }
}
