import type { Oid } from '../domain/run.ts'
import type { Forge } from './forge.ts'
import { ask, askAll, type Connection } from './request.ts'

interface Note {
  id: number
  body: string
  system: boolean
  author: { id: number }
}

interface MergeRequest {
  iid: number
  sha: string
  state: string
  merge_commit_sha: string | null
  squash_commit_sha: string | null
}

/** Speaks to GitLab, on gitlab.com or one's own. */
export function gitlab(api: string, project: string, token: string | undefined): Forge {
  const connection: Connection = {
    api,
    headers: token === undefined ? {} : { 'private-token': token },
  }
  const root = `/projects/${encodeURIComponent(project)}`
  const notes = (number: number): string => `${root}/merge_requests/${number}/notes`
  return {
    async listComments(number) {
      const [found, { body: viewer }] = await Promise.all([
        askAll(connection, `${notes(number)}?per_page=100&sort=asc`) as Promise<Note[]>,
        ask(connection, { path: '/user' }),
      ])
      const me = (viewer as { id?: number } | undefined)?.id
      return found
        .filter(({ system }) => !system)
        .map(({ id, body, author }) => ({ id, body, mine: author.id === me }))
    },
    async createComment(number, body) {
      await ask(connection, { method: 'POST', path: notes(number), json: { body } })
      return undefined
    },
    async updateComment(number, id, body) {
      await ask(connection, { method: 'PUT', path: `${notes(number)}/${id}`, json: { body } })
      return undefined
    },
    async mergeBase(base, head) {
      const query = [base, head].map((ref) => `refs[]=${ref}`).join('&')
      const { body } = await ask(connection, { path: `${root}/repository/merge_base?${query}` })
      return (body as { id?: string } | undefined)?.id
    },
    // A merge request's pipeline always says its number.
    openRequest: () => Promise.resolve(undefined),
    async requestCommits(number) {
      const commits = await askAll(connection, `${root}/merge_requests/${number}/commits?per_page=100`)
      return (commits as { id: Oid }[]).map(({ id }) => id)
    },
    async mergedRequest(commit) {
      const path = `${root}/repository/commits/${commit}/merge_requests?per_page=100`
      const requests = (await askAll(connection, path)) as MergeRequest[]
      const found = requests.find(({ state, ...request }) => {
        // A request that was merged without a commit of its own was fast-forwarded to its last one.
        const made = [request.merge_commit_sha, request.squash_commit_sha, request.sha]
        return state === 'merged' && made.includes(commit)
      })
      return found === undefined ? undefined : { number: found.iid, head: found.sha }
    },
  }
}
