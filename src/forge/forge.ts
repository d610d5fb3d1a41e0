import type { Oid } from '../domain/run.ts'

/** A comment on a pull or merge request. */
export interface ForgeComment {
  id: number
  body: string
  /** Whether whoever the token belongs to wrote it: only such a comment is changed. */
  mine: boolean
}

/** A pull or merge request that was merged. */
export interface MergedRequest {
  number: number
  /** The last commit of its branch. */
  head: Oid
}

/** What is asked of a host of repositories. Every method throws ModelError `host-refused` or `host-unreachable`. */
export interface Forge {
  listComments(number: number): Promise<ForgeComment[]>
  /** Returns where the comment is shown. */
  createComment(number: number, body: string): Promise<string | undefined>
  updateComment(number: number, id: number, body: string): Promise<string | undefined>
  /** Returns the merge base of two commits; undefined where the host does not say. */
  mergeBase(base: Oid, head: Oid): Promise<Oid | undefined>
  /** Returns the open request of a branch, given as `owner:branch`, and the tip of the branch it goes to. */
  openRequest(headLabel: string, head: Oid): Promise<{ number: number; target: Oid } | undefined>
  /** Returns the commits of a request, the newest first. */
  requestCommits(number: number): Promise<Oid[]>
  /** Returns the request whose merge made a commit. */
  mergedRequest(commit: Oid): Promise<MergedRequest | undefined>
}
