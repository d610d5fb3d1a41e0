// Payloads as GitHub documents them ("Webhook events and payloads"), without the members that nobody here reads.

/** A commit's name of one repeated digit. */
export const sha = (digit: string): string => digit.repeat(40)

interface PullOptions {
  head: string
  base: string
  /** `owner/name` and address of the repository that the branch is in. */
  from?: { name: string; url: string } | null
}

/** `pull_request` and `pull_request_target`. */
export function pullRequest({ head, base, from }: PullOptions): object {
  const own = {
    full_name: 'acme/digits',
    clone_url: 'https://github.example.org/acme/digits.git',
    fork: false,
  }
  const repo = from === undefined ? own : from && { full_name: from.name, clone_url: from.url, fork: true }
  return {
    action: 'synchronize',
    number: 7,
    pull_request: {
      number: 7,
      state: 'open',
      merge_commit_sha: sha('9'),
      head: { label: 'acme:wider', ref: 'wider', sha: head, repo },
      base: { label: 'acme:main', ref: 'main', sha: base, repo: own },
    },
    repository: own,
  }
}

/** `push` */
export function push(before: string, after: string, earlier: readonly string[] = []): object {
  return {
    ref: 'refs/heads/main',
    before,
    after,
    created: false,
    deleted: false,
    forced: false,
    commits: [...earlier, after].map((id) => ({
      id,
      tree_id: sha('8'),
      distinct: true,
      message: 'wider (#7)',
    })),
    repository: { full_name: 'acme/digits', default_branch: 'main' },
  }
}

/** `merge_group` */
export function mergeGroup(base: string, head: string): object {
  return {
    action: 'checks_requested',
    merge_group: {
      head_sha: head,
      head_ref: 'refs/heads/gh-readonly-queue/main/pr-7-0123456789',
      base_sha: base,
      base_ref: 'refs/heads/main',
    },
    repository: { full_name: 'acme/digits' },
  }
}

/** `workflow_run`, after a workflow that a fork's pull request started: it names no request. */
export function workflowRun(head: string, fork?: string): object {
  const [owner, name] = (fork ?? 'acme/digits').split('/')
  return {
    action: 'completed',
    workflow_run: {
      id: 1,
      event: 'pull_request',
      head_branch: 'wider',
      head_sha: head,
      pull_requests: [],
      head_repository: {
        full_name: `${owner}/${name}`,
        html_url: `https://github.example.org/${owner}/${name}`,
        owner: { login: owner },
      },
    },
    repository: { full_name: 'acme/digits' },
  }
}
