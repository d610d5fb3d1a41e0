import type { Oid } from './run.ts'
import type { WebRepository } from './web-url.ts'

/** What a CI job was started for, as far as a review needs to know. */
export interface CiEvent {
  host: 'github' | 'gitlab'
  /** What started it: `pull_request`, `push`, `merge_group`, `merge_request_event`… */
  kind: string
  /** Root of the host's REST API, without a slash at its end. */
  api: string
  /** `owner/name`, or GitLab's number of the project. */
  project: string
  /** The commit that is new. */
  head: Oid
  /** The commit to compare with, where the event says it. */
  base?: Oid
  /** The tip of the branch that it is to be merged into; what it is compared with is their merge base. */
  target?: Oid
  /** The pull or merge request that is commented on. */
  number?: number
  /** `owner:branch` of a pull request whose number the event does not say. */
  headLabel?: string
  /** Address of the other repository, where the change comes from a fork; of the one it goes to, in a job of the fork. */
  fork?: string
  /** The commits of a push, the newest last. */
  commits?: Oid[]
  /** Where commits are shown. */
  web?: WebRepository
  /** Tells this report from those of other workflows on the same request. */
  key: string
  /** Where the job is shown. */
  url?: string
}

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads what started a job of GitHub Actions.
 *
 * The shapes are those of GitHub's documentation, "Webhook events and payloads" and "Default environment variables".
 *
 * @param payload - the parsed file that `GITHUB_EVENT_PATH` names.
 * @returns undefined where not even a commit is known.
 */
export function githubEvent(env: Environment, payload: unknown): CiEvent | undefined {
  const kind = env['GITHUB_EVENT_NAME'] ?? ''
  const project = env['GITHUB_REPOSITORY'] ?? ''
  const found = GITHUB.get(kind)?.(payload, project) ?? {}
  const head = found.head ?? oid(env['GITHUB_SHA'])
  if (head === undefined || project === '') return undefined
  const server = env['GITHUB_SERVER_URL']
  const run = env['GITHUB_RUN_ID']
  return {
    host: 'github',
    kind,
    api: (env['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, ''),
    project,
    ...(server !== undefined && {
      web: { url: `${server.replace(/\/+$/, '')}/${project}`, style: 'github' as const },
    }),
    key: [env['GITHUB_WORKFLOW'], env['GITHUB_JOB']].filter(Boolean).join(' / ') || 'review',
    ...(server !== undefined && run !== undefined && { url: `${server}/${project}/actions/runs/${run}` }),
    ...defined(found),
    head,
  }
}

type Found = { [member in keyof CiEvent]?: CiEvent[member] | undefined }

const pullRequest = (payload: unknown): Found => {
  const base = text(payload, 'pull_request', 'base', 'repo', 'full_name')
  const head = text(payload, 'pull_request', 'head', 'repo', 'full_name')
  return {
    head: oid(text(payload, 'pull_request', 'head', 'sha')),
    target: oid(text(payload, 'pull_request', 'base', 'sha')),
    number: count(at(payload, 'pull_request', 'number')),
    // The repository of a fork may be gone: then there is none.
    fork: base === head ? undefined : text(payload, 'pull_request', 'head', 'repo', 'clone_url'),
  }
}

const GITHUB: ReadonlyMap<string, (payload: unknown, project: string) => Found> = new Map(
  Object.entries({
    pull_request: pullRequest,
    pull_request_target: pullRequest,
    push: (payload) => ({
      head: oid(text(payload, 'after')),
      base: oid(text(payload, 'before')),
      commits: commitsOf(payload),
    }),
    merge_group: (payload) => ({
      head: oid(text(payload, 'merge_group', 'head_sha')),
      base: oid(text(payload, 'merge_group', 'base_sha')),
    }),
    // Of a fork's pull request the list of requests is empty.
    workflow_run: (payload, project) => {
      const owner = text(payload, 'workflow_run', 'head_repository', 'owner', 'login')
      const branch = text(payload, 'workflow_run', 'head_branch')
      const repository = text(payload, 'workflow_run', 'head_repository', 'full_name')
      const isFork = repository !== undefined && repository !== project
      return {
        head: oid(text(payload, 'workflow_run', 'head_sha')),
        target: oid(text(payload, 'workflow_run', 'pull_requests', '0', 'base', 'sha')),
        number: count(at(payload, 'workflow_run', 'pull_requests', '0', 'number')),
        headLabel: owner === undefined || branch === undefined ? undefined : `${owner}:${branch}`,
        fork: isFork ? cloneUrl(text(payload, 'workflow_run', 'head_repository', 'html_url')) : undefined,
      }
    },
  }),
)

// What a merge queue pushes at once may be the merges of several requests.
function commitsOf(payload: unknown): Oid[] | undefined {
  const commits = at(payload, 'commits')
  if (!Array.isArray(commits)) return undefined
  return commits.flatMap((commit) => oid(text(commit, 'id')) ?? [])
}

/**
 * Reads what started a job of GitLab CI, from its predefined variables.
 *
 * @returns undefined where not even a commit is known.
 */
export function gitlabEvent(env: Environment): CiEvent | undefined {
  const commit = oid(env['CI_COMMIT_SHA'])
  const project = env['CI_MERGE_REQUEST_PROJECT_ID'] ?? env['CI_PROJECT_ID'] ?? ''
  const api = env['CI_API_V4_URL']?.replace(/\/+$/, '')
  if (commit === undefined || project === '' || api === undefined) return undefined
  const isRequest = env['CI_PIPELINE_SOURCE'] === 'merge_request_event'
  const [source, target] = [env['CI_MERGE_REQUEST_SOURCE_PROJECT_URL'], env['CI_MERGE_REQUEST_PROJECT_URL']]
  const page = target ?? env['CI_PROJECT_URL']
  // Where the request comes from a fork, its pipeline runs in the fork unless a member of the project starts it.
  const other = env['CI_PROJECT_URL'] === source ? target : source
  const found: Found = isRequest
    ? {
        // Set where the pipeline runs on a merged result or in a merge train; else the commit is the branch's.
        head: oid(env['CI_MERGE_REQUEST_SOURCE_BRANCH_SHA']) ?? commit,
        base: oid(env['CI_MERGE_REQUEST_DIFF_BASE_SHA']),
        target: oid(env['CI_MERGE_REQUEST_TARGET_BRANCH_SHA']),
        number: count(Number(env['CI_MERGE_REQUEST_IID'])),
        fork: source === target ? undefined : cloneUrl(other),
      }
    : { base: oid(env['CI_COMMIT_BEFORE_SHA']) }
  return {
    host: 'gitlab',
    kind: env['CI_MERGE_REQUEST_EVENT_TYPE'] ?? env['CI_PIPELINE_SOURCE'] ?? '',
    api,
    project,
    key: env['CI_JOB_NAME'] ?? 'review',
    ...(page !== undefined &&
      page !== '' && { web: { url: page.replace(/\/+$/, ''), style: 'gitlab' as const } }),
    ...(env['CI_JOB_URL'] !== undefined && { url: env['CI_JOB_URL'] }),
    head: commit,
    ...defined(found),
  }
}

function cloneUrl(page: string | undefined): string | undefined {
  return page === undefined ? undefined : `${page}.git`
}

function at(value: unknown, ...path: string[]): unknown {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  return found
}

function text(value: unknown, ...path: string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

// Zeros stand for no commit: a new branch, a deleted one.
function oid(value: string | undefined): Oid | undefined {
  return value !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value) && !/^0+$/.test(value)
    ? value
    : undefined
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined
}

function defined(found: Found): Partial<CiEvent> {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
