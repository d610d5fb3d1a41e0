import { expect, it } from 'vitest'
import type { CiEvent } from '../../src/domain/ci-event.ts'
import { publishReport } from '../../src/features/ci/publish-report.ts'
import { github } from '../../src/forge/github.ts'
import { gitlab } from '../../src/forge/gitlab.ts'
import { githubDouble, gitlabDouble, type ForgeDouble } from './forge-double.ts'

const TOKEN = 'secret'
const world = { env: {}, cwd: '.', now: () => 0 }

async function refusal(
  host: 'github' | 'gitlab',
  status: number,
  fork?: string,
): Promise<string | undefined> {
  const double: ForgeDouble = await (host === 'github' ? githubDouble : gitlabDouble)(TOKEN)
  const forge = (host === 'github' ? github : gitlab)(
    double.api,
    host === 'github' ? 'acme/digits' : '42',
    TOKEN,
  )
  const refused = { status, body: { message: 'Body is too long' } }
  // GitLab is asked two things at once.
  double.obstacles.push(refused, refused)
  const event: CiEvent = {
    host,
    kind: 'pull_request',
    api: double.api,
    project: 'acme/digits',
    key: 'job',
    head: 'a'.repeat(40),
    number: 7,
    ...(fork !== undefined && { fork }),
  }
  return (await publishReport(world, event, { forge, hasToken: true }, 'report', { comment: true })).reason
}

it.each([401, 403, 404])(
  'a comment that is refused with %i is told as the affair of the token',
  async (status) => {
    expect(await refusal('github', status)).toContain('pull-requests: write')
    expect(await refusal('github', status, '/fork')).toContain('a token that may only read')
    expect(await refusal('gitlab', status)).toContain('It needs the scope api')
  },
)

it.each([400, 410, 422])(
  'a comment that is refused with %i is told in the words of the host',
  async (status) => {
    for (const [host, fork] of [['github'], ['github', '/fork'], ['gitlab']] as const) {
      const reason = await refusal(host, status, fork)
      expect(reason).toMatch(new RegExp(`^No comment: \\S+ answered ${status}: Body is too long to /.*\\.$`))
      expect(reason).not.toMatch(/token|permission|GITLAB_TOKEN/)
    }
  },
)
