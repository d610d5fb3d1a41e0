import { isModelError } from '../domain/errors.ts'
import type { Forge, ForgeComment } from './forge.ts'
import { numberAt, oidAt, textAt } from './read-member.ts'
import { ask, askAll, type Connection } from './request.ts'

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
      const comments = await askAll(connection, `${repo}/issues/${number}/comments?per_page=100`)
      const people = comments.some((comment) => textAt(comment, 'user', 'type') === 'User')
      const viewer = people ? await viewerLogin(connection) : undefined
      return comments.flatMap((comment) => toComment(comment, viewer))
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
      return oidAt(body, 'merge_base_commit', 'sha')
    },
    async openRequest(headLabel, head) {
      const query = `state=open&head=${encodeURIComponent(headLabel)}&per_page=100`
      const pulls = await askAll(connection, `${repo}/pulls?${query}`)
      const found = pulls.find((pull) => textAt(pull, 'head', 'sha') === head)
      const [number, target] = [numberAt(found, 'number'), oidAt(found, 'base', 'sha')]
      return number === undefined || target === undefined ? undefined : { number, target }
    },
    async requestCommits(number) {
      const commits = await askAll(connection, `${repo}/pulls/${number}/commits?per_page=100`)
      return commits.flatMap((one) => oidAt(one, 'sha') ?? []).toReversed()
    },
    async mergedRequest(commit) {
      const pulls = await askAll(connection, `${repo}/commits/${commit}/pulls?per_page=100`)
      const merged = pulls.filter((pull) => textAt(pull, 'merged_at') !== undefined)
      const found = merged.find((pull) => textAt(pull, 'merge_commit_sha') === commit)
      const [number, head] = [numberAt(found, 'number'), oidAt(found, 'head', 'sha')]
      return number === undefined || head === undefined ? undefined : { number, head }
    },
  }
}

// Who wrote a comment is who may change it: a text that looks like ours proves nothing.
function toComment(comment: unknown, viewer: string | undefined): ForgeComment[] {
  const id = numberAt(comment, 'id')
  const login = textAt(comment, 'user', 'login')
  const isMine = textAt(comment, 'user', 'type') === 'Bot' || (login !== undefined && login === viewer)
  return id === undefined ? [] : [{ id, body: textAt(comment, 'body') ?? '', mine: isMine }]
}

// The token of a job belongs to nobody: the host refuses to say who it is.
async function viewerLogin(connection: Connection): Promise<string | undefined> {
  try {
    return textAt((await ask(connection, { path: '/user' })).body, 'login')
  } catch (error) {
    if (isModelError(error, 'host-refused')) return undefined
    throw error
  }
}

function htmlUrl({ body }: { body: unknown }): string | undefined {
  return textAt(body, 'html_url')
}
