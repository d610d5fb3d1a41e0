import { describe, expect, it } from 'vitest'
import { githubEvent, gitlabEvent } from '../../src/domain/ci-event.ts'
import { hasMarker, reportMarker } from '../../src/domain/report-marker.ts'
import { mergeGroup, pullRequest, push, sha, workflowRun } from './payloads.ts'

const GITHUB = {
  GITHUB_REPOSITORY: 'acme/digits',
  GITHUB_SHA: sha('5'),
  GITHUB_WORKFLOW: 'review',
  GITHUB_JOB: 'model',
  GITHUB_SERVER_URL: 'https://github.example.org',
  GITHUB_API_URL: 'https://github.example.org/api/v3',
  GITHUB_RUN_ID: '99',
}

const [a, b] = [sha('a'), sha('b')]

describe('an event of GitHub Actions', () => {
  const fork = { name: 'eve/digits', url: 'https://github.example.org/eve/digits.git' }
  it.each([
    ['pull_request', pullRequest({ head: a, base: b }), { head: a, target: b, number: 7 }],
    [
      'pull_request_target',
      pullRequest({ head: a, base: b, from: fork }),
      { head: a, target: b, number: 7, fork: fork.url },
    ],
    ['pull_request', pullRequest({ head: a, base: b, from: null }), { head: a, target: b, number: 7 }],
    ['push', push(b, a), { head: a, base: b, commits: [a] }],
    ['push', push(sha('0'), a), { head: a, commits: [a] }],
    ['merge_group', mergeGroup(b, a), { head: a, base: b }],
    ['workflow_dispatch', { ref: 'refs/heads/main', inputs: {} }, { head: sha('5') }],
    ['schedule', { schedule: '0 0 * * *' }, { head: sha('5') }],
    ['workflow_run', workflowRun(a), { head: a, headLabel: 'acme:wider' }],
    ['workflow_run', workflowRun(a, 'eve/digits'), { head: a, headLabel: 'eve:wider', fork: fork.url }],
  ])('%s', (kind, payload, expected) => {
    expect(githubEvent({ ...GITHUB, GITHUB_EVENT_NAME: kind }, payload)).toEqual({
      host: 'github',
      kind,
      api: 'https://github.example.org/api/v3',
      project: 'acme/digits',
      key: 'review / model',
      url: 'https://github.example.org/acme/digits/actions/runs/99',
      web: { url: 'https://github.example.org/acme/digits', style: 'github' },
      ...expected,
    })
  })

  it.each([null, [], 'x', { pull_request: null }, { pull_request: { head: { sha: '--upload-pack=x' } } }])(
    'falls back on the commit of the job where the payload is %j',
    (payload) => {
      expect(githubEvent({ ...GITHUB, GITHUB_EVENT_NAME: 'pull_request' }, payload)).toMatchObject({
        head: sha('5'),
      })
      expect(
        githubEvent({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_REPOSITORY: 'a/b' }, payload),
      ).toBeUndefined()
    },
  )
})

describe('a pipeline of GitLab CI', () => {
  const env = {
    CI_API_V4_URL: 'https://gitlab.example.org/api/v4',
    CI_PROJECT_ID: '42',
    CI_PROJECT_URL: 'https://gitlab.example.org/acme/digits',
    CI_COMMIT_SHA: a,
    CI_COMMIT_BEFORE_SHA: sha('0'),
    CI_JOB_NAME: 'model',
    CI_JOB_URL: 'https://gitlab.example.org/acme/digits/-/jobs/1',
  }
  const request = {
    ...env,
    CI_PIPELINE_SOURCE: 'merge_request_event',
    CI_MERGE_REQUEST_IID: '7',
    CI_MERGE_REQUEST_PROJECT_ID: '42',
    CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example.org/acme/digits',
    CI_MERGE_REQUEST_SOURCE_PROJECT_URL: 'https://gitlab.example.org/acme/digits',
    CI_MERGE_REQUEST_DIFF_BASE_SHA: b,
    CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: '',
    CI_MERGE_REQUEST_TARGET_BRANCH_SHA: '',
    CI_MERGE_REQUEST_EVENT_TYPE: 'detached',
  }
  const merged = {
    ...request,
    CI_COMMIT_SHA: sha('5'),
    CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: a,
    CI_MERGE_REQUEST_TARGET_BRANCH_SHA: sha('c'),
  }
  it.each([
    [
      'of a branch',
      { ...env, CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BEFORE_SHA: b },
      { kind: 'push', head: a, base: b },
    ],
    ['of a new branch', { ...env, CI_PIPELINE_SOURCE: 'push' }, { kind: 'push', head: a }],
    ['of a merge request', request, { kind: 'detached', head: a, base: b, number: 7 }],
    [
      'of merged results',
      { ...merged, CI_MERGE_REQUEST_EVENT_TYPE: 'merged_result' },
      { kind: 'merged_result', head: a, base: b, target: sha('c'), number: 7 },
    ],
    [
      'of a merge train',
      { ...merged, CI_MERGE_REQUEST_EVENT_TYPE: 'merge_train' },
      { kind: 'merge_train', head: a, base: b, target: sha('c'), number: 7 },
    ],
    [
      'of a fork, run in the project itself',
      { ...request, CI_MERGE_REQUEST_SOURCE_PROJECT_URL: 'https://gitlab.example.org/eve/digits' },
      { kind: 'detached', head: a, base: b, number: 7, fork: 'https://gitlab.example.org/eve/digits.git' },
    ],
    [
      'of a fork, run in the fork',
      {
        ...request,
        CI_PROJECT_ID: '43',
        CI_PROJECT_URL: 'https://gitlab.example.org/eve/digits',
        CI_MERGE_REQUEST_SOURCE_PROJECT_URL: 'https://gitlab.example.org/eve/digits',
      },
      { kind: 'detached', head: a, base: b, number: 7, fork: 'https://gitlab.example.org/acme/digits.git' },
    ],
  ])('%s', (_, variables, expected) => {
    expect(gitlabEvent(variables)).toEqual({
      host: 'gitlab',
      api: env.CI_API_V4_URL,
      project: '42',
      key: 'model',
      url: env.CI_JOB_URL,
      web: { url: 'https://gitlab.example.org/acme/digits', style: 'gitlab' },
      ...expected,
    })
  })
})

it('a marker stays one comment of HTML, whatever the workflow is called', () => {
  for (const key of ['review / model', '--> <b>', "a'b", 'ü✓']) {
    const marker = reportMarker(key)
    expect(marker).toMatch(/^<!-- git-model review: [\w.~%!*()]+ -->$/)
    expect(hasMarker(`${marker}\r\nreport`, marker)).toBe(true)
    expect(hasMarker(`x\n${marker}`, marker)).toBe(false)
    expect(hasMarker(`${reportMarker(`${key}2`)}\n`, marker)).toBe(false)
  }
})
