import { readFileSync } from 'node:fs'
import { githubEvent, gitlabEvent, type CiEvent } from '../../domain/ci-event.ts'
import { ModelError } from '../../domain/errors.ts'
import type { World } from '../../domain/world.ts'

/**
 * Reads what the CI job that we run in was started for.
 *
 * @throws ModelError `ci-unknown` outside a job of GitHub Actions or GitLab CI, or of one that names no commit.
 */
export function readCiEvent({ env }: World): CiEvent {
  const event =
    env['GITHUB_ACTIONS'] === 'true'
      ? githubEvent(env, readPayload(env['GITHUB_EVENT_PATH']))
      : env['GITLAB_CI'] === 'true'
        ? gitlabEvent(env)
        : undefined
  if (event !== undefined) return event
  throw new ModelError('ci-unknown', 'this is no job of GitHub Actions or GitLab CI that names a commit', {
    hints: ['elsewhere: git model diff --gate --format md BASE HEAD', 'what is read: docs/ci.md'],
  })
}

function readPayload(file: string | undefined): unknown {
  if (file === undefined) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown
  } catch (error) {
    throw new ModelError('ci-unknown', 'the file that GITHUB_EVENT_PATH names cannot be read', {
      hints: ['what is read: docs/ci.md'],
      data: { file },
      cause: error,
    })
  }
}
