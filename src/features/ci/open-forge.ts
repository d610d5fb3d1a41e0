import type { CiEvent } from '../../domain/ci-event.ts'
import type { World } from '../../domain/world.ts'
import type { Forge } from '../../forge/forge.ts'
import { github } from '../../forge/github.ts'
import { gitlab } from '../../forge/gitlab.ts'

/** A host to ask, and whether we have a token for it. */
export interface OpenForge {
  forge: Forge
  hasToken: boolean
}

/**
 * Opens the host that a job runs on. The token is `GITHUB_TOKEN` or `GH_TOKEN`; on GitLab `GITLAB_TOKEN`, since the
 * token of a job (`CI_JOB_TOKEN`) may not comment.
 */
export function openForge({ host, api, project }: CiEvent, { env }: World): OpenForge {
  const names = host === 'github' ? ['GITHUB_TOKEN', 'GH_TOKEN'] : ['GITLAB_TOKEN']
  const token = names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
  const open = host === 'github' ? github : gitlab
  return { forge: open(api, project, token), hasToken: token !== undefined }
}
