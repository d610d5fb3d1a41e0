import type { Forge } from './forge.ts'
import { memberAt, numberAt, oidAt, textAt } from './read-member.ts'
import { ask, askAll, type Connection } from './request.ts'

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
        askAll(connection, `${notes(number)}?per_page=100&sort=asc`),
        ask(connection, { path: '/user' }),
      ])
      const me = numberAt(viewer, 'id')
      return found.flatMap((note) => {
        const id = numberAt(note, 'id')
        if (id === undefined || memberAt(note, 'system') === true) return []
        const isMine = me !== undefined && numberAt(note, 'author', 'id') === me
        return [{ id, body: textAt(note, 'body') ?? '', mine: isMine }]
      })
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
      return oidAt(body, 'id')
    },
    // A merge request's pipeline always says its number.
    openRequest: () => Promise.resolve(undefined),
    async requestCommits(number) {
      const commits = await askAll(connection, `${root}/merge_requests/${number}/commits?per_page=100`)
      return commits.flatMap((one) => oidAt(one, 'id') ?? [])
    },
    async mergedRequest(commit) {
      const path = `${root}/repository/commits/${commit}/merge_requests?per_page=100`
      const requests = await askAll(connection, path)
      const found = requests.find((request) => {
        // A request that was merged without a commit of its own was fast-forwarded to its last one.
        const made = ['merge_commit_sha', 'squash_commit_sha', 'sha'].map((name) => textAt(request, name))
        return textAt(request, 'state') === 'merged' && made.includes(commit)
      })
      const [number, head] = [numberAt(found, 'iid'), oidAt(found, 'sha')]
      return number === undefined || head === undefined ? undefined : { number, head }
    },
  }
}
