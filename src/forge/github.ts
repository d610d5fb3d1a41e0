import { isModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import type { Forge, ForgeComment } from './forge.ts'
import { ask, askAll, type Connection } from './request.ts'

interface Comment {
  id: number
  body: string | null
  user: { login: string; type: string } | null
}

interface Pull {
  number: number
  head: { sha: string }
  base: { sha: string }
  merged_at: string | null
  merge_commit_sha: string | null
}

/** Speaks to GitHub, GitHub Enterprise, and what has their REST API. */
export function github(api: string, project: string, token: string | undefined): Forge {
  const connection: Connection = {
    api,
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  }
  const repo = `/repos/${project}`
  return {
    async listComments(number) {
      const comments = (await askAll(
        connection,
        `${repo}/issues/${number}/comments?per_page=100`,
      )) as Comment[]
      const people = comments.some(({ user }) => user?.type === 'User')
      const viewer = people ? await viewerLogin(connection) : undefined
      return comments.map((comment) => toComment(comment, viewer))
    },
    createComment: async (number, body) =>
      htmlUrl(
        await ask(connection, { method: 'POST', path: `${repo}/issues/${number}/comments`, json: { body } }),
      ),
    updateComment: async (_, id, body) =>
      htmlUrl(
        await ask(connection, { method: 'PATCH', path: `${repo}/issues/comments/${id}`, json: { body } }),
      ),
    async mergeBase(base, head) {
      const { body } = await ask(connection, { path: `${repo}/compare/${base}...${head}?per_page=1` })
      return (body as { merge_base_commit?: { sha?: Oid } } | undefined)?.merge_base_commit?.sha
    },
    async openRequest(headLabel, head) {
      const query = `state=open&head=${encodeURIComponent(headLabel)}&per_page=100`
      const pulls = (await askAll(connection, `${repo}/pulls?${query}`)) as Pull[]
      const found = pulls.find((pull) => pull.head.sha === head)
      return found === undefined ? undefined : { number: found.number, target: found.base.sha }
    },
    async requestCommits(number) {
      const commits = await askAll(connection, `${repo}/pulls/${number}/commits?per_page=100`)
      return (commits as { sha: Oid }[]).map(({ sha }) => sha).toReversed()
    },
    async mergedRequest(commit) {
      const pulls = (await askAll(connection, `${repo}/commits/${commit}/pulls?per_page=100`)) as Pull[]
      const merged = pulls.filter((pull) => pull.merged_at !== null)
      const found = merged.find((pull) => pull.merge_commit_sha === commit)
      return found === undefined ? undefined : { number: found.number, head: found.head.sha }
    },
  }
}

// Who wrote a comment is who may change it: a text that looks like ours proves nothing.
function toComment({ id, body, user }: Comment, viewer: string | undefined): ForgeComment {
  return { id, body: body ?? '', mine: user !== null && (user.type === 'Bot' || user.login === viewer) }
}

// The token of a job belongs to nobody: the host refuses to say who it is.
async function viewerLogin(connection: Connection): Promise<string | undefined> {
  try {
    return ((await ask(connection, { path: '/user' })).body as { login?: string } | undefined)?.login
  } catch (error) {
    if (isModelError(error, 'host-refused')) return undefined
    throw error
  }
}

function htmlUrl({ body }: { body: unknown }): string | undefined {
  return (body as { html_url?: string } | undefined)?.html_url
}
