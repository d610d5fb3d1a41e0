import { execa } from 'execa'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { reportMarker } from '../../src/domain/report-marker.ts'
import { clone, temporaryFolder } from '../support/repo.ts'
import { githubDouble, gitlabDouble } from './forge-double.ts'
import { mergeGroup, pullRequest, push, sha, workflowRun } from './payloads.ts'
import { asGithub, branchedStory, checkout, train, type Story } from './story.ts'

const TOKEN = 'ghs_0123456789secret'
let story: Story

beforeAll(async () => {
  story = await branchedStory()
})

describe.sequential('git model ci review on GitHub', () => {
  it('compares with the merge base from a clone of depth 1, and keeps one comment up to date', async () => {
    const double = await githubDouble(TOKEN)
    double.mergeBase = story.mergeBase
    const marker = reportMarker('review / model')
    const others = [
      { id: 1, body: `${marker}\nnot ours, a person wrote it`, author: 'eve' },
      { id: 2, body: `${reportMarker('other / job')}\nof another workflow`, author: 'github-actions[bot]' },
      { id: 3, body: 'looks good', author: 'ada' },
    ]
    double.comments = structuredClone(others)
    const job = await checkout(story.origin, story.head)
    const event = {
      name: 'pull_request',
      payload: pullRequest({ head: story.head, base: story.main }),
      api: double.api,
      token: TOKEN,
    }
    const first = await asGithub(job, ['review'], event)
    expect(first, first.stderr).toMatchObject({ exitCode: 0 })
    expect(first.stdout).toContain('better: acc 0.9 → 0.95')
    expect(first.stdout).toContain(
      'commented: https://github.example.org/acme/digits/pull/7#issuecomment-1003',
    )
    expect(double.comments.slice(0, 3)).toEqual(others)
    expect(double.comments[3]!.body.startsWith(`${marker}\n### 🟢 better`)).toBe(true)
    expect(first.summary).toMatch(/^before\n### 🟢 better: acc/)
    expect(await job.git('rev-list', '--count', 'HEAD')).toBe('1')

    double.comments[3]!.body = `${marker}\nof an earlier commit`
    const again = await asGithub(job, ['review'], event)
    expect(again.stdout).toContain('comment updated')
    expect(double.comments).toHaveLength(4)
    expect((await asGithub(job, ['review'], event)).stdout).toContain('comment is up to date')
    expect(first.stdout + first.stderr + first.summary).not.toContain(TOKEN)

    // A job that is run again for an earlier commit.
    double.comments[3]!.body = `${marker}\nof a later commit`
    double.commits = ['f'.repeat(40), story.head]
    const late = await asGithub(job, ['review'], event)
    expect(late.summary).toContain('the request has newer commits than the one that this job reviewed')
    expect(double.comments[3]!.body).toBe(`${marker}\nof a later commit`)
  })

  it('has the summary and says why, where the token may only read or there is none', async () => {
    const double = await githubDouble(TOKEN)
    double.readOnly = true
    double.mergeBase = story.mergeBase
    const job = await checkout(story.origin, story.head)
    const fork = { name: 'eve/digits', url: '/nowhere' }
    const payload = pullRequest({ head: story.head, base: story.main, from: fork })
    const event = { name: 'pull_request', payload, api: double.api }
    const refused = await asGithub(job, ['review'], { ...event, token: TOKEN })
    expect(refused.exitCode).toBe(0)
    expect(refused.summary).toContain('### 🟢 better: acc')
    expect(refused.summary).toContain(
      '> No comment: a pull request from a fork gets a token that may only read.',
    )
    expect(refused.stdout).toContain('The runs of /nowhere could not be fetched.')
    const without = await asGithub(job, ['review'], event)
    expect(without.summary).toContain('> No comment: the job has no GITHUB_TOKEN in its environment.')
    expect(double.comments).toEqual([])
  })

  it('says in the summary and in the comment that no review could be made', async () => {
    const double = await githubDouble(TOKEN)
    const marker = reportMarker('review / model')
    double.comments = [{ id: 1, body: `${marker}\n### 🟢 better`, author: 'github-actions[bot]' }]
    const broken = await clone(`file://${story.origin}`)
    await broken.git('config', 'user.name', 'Eve')
    await broken.git('config', 'user.email', 'eve@example.org')
    const head = await broken.commit({ '.gitmodel.yaml': 'metrics: [<b>]\n' }, 'broken rules')
    await broken.git('push', '--quiet', '--no-verify', 'origin', 'HEAD:broken')
    const job = await checkout(story.origin, head)
    const payload = pullRequest({ head, base: story.main })
    const ran = await asGithub(job, ['review'], {
      name: 'pull_request',
      payload,
      api: double.api,
      token: TOKEN,
    })
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('error: ')
    expect(ran.summary).toMatch(/^before\n### ❌ no review: .*\.gitmodel\.yaml/)
    expect(double.comments).toHaveLength(1)
    expect(double.comments[0]!.body).toMatch(/^<!-- .* -->\n### ❌ no review: /)
    expect(double.comments[0]!.body).not.toContain('<b>')
  })

  it('links to commits where the host is called otherwise, and compares means of a group', async () => {
    const job = await checkout(story.origin, story.head)
    const payload = pullRequest({ head: story.head, base: story.main })
    const ran = await asGithub(
      job,
      ['review', '--no-comment', '--group-by', 'seed'],
      { name: 'pull_request', payload, api: 'http://127.0.0.1:9' },
      { GITHUB_SERVER_URL: 'https://code.example.org' },
    )
    expect(ran.summary).toContain(`](https://code.example.org/acme/digits/commit/${story.head})`)
    expect(ran.summary).toContain('too few runs to tell it from noise')
  })

  it('finds the merge base by deepening where the host does not answer', async () => {
    const job = await checkout(story.origin, story.head)
    const payload = pullRequest({ head: story.head, base: story.main })
    const ran = await asGithub(job, ['review', '--no-comment', '--json'], {
      name: 'pull_request',
      payload,
      api: 'http://127.0.0.1:9',
    })
    expect(JSON.parse(ran.stdout)).toMatchObject({
      schema: 'ci-review/v1',
      published: { comment: 'none' },
      comparison: { base: { commit: story.mergeBase, record: { name: 'baseline' } } },
    })
  })

  it.each([
    ['merge_group', () => mergeGroup(story.mergeBase, story.head)],
    ['push', () => push(story.mergeBase, story.head)],
    ['workflow_dispatch', () => ({ ref: 'refs/heads/wider' })],
  ])('compares what %s says, and comments nowhere', async (name, payload) => {
    const double = await githubDouble(TOKEN)
    const job = await checkout(story.origin, story.head)
    const ran = await asGithub(job, ['review'], { name, payload: payload(), api: double.api, token: TOKEN })
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 })
    expect(ran.stdout).toContain('better: acc 0.9 → 0.95')
    expect(ran.stdout).toContain('no comment')
    expect(ran.summary).toContain('better: acc')
    expect(double.requests).toEqual([])
  })

  it('says of the first commit that there is nothing to compare it with', async () => {
    const root = await story.dev.git('rev-list', '--max-parents=0', story.head)
    const job = await checkout(story.origin, root)
    const payload = push(sha('0'), root)
    const ran = await asGithub(job, ['review'], { name: 'push', payload, api: 'http://127.0.0.1:9' })
    const said = `${root.slice(0, 12)} is the first commit, so there is nothing to compare it with`
    expect(ran).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`error: ${said}`) as string })
    expect(ran.summary).toContain(`no review: ${said}`)
  })

  it('takes from a fork what its runs say, and nothing it says of ours', async () => {
    const fork = await clone(`file://${story.origin}`)
    await fork.git('config', 'user.name', 'Eve')
    await fork.git('config', 'user.email', 'eve@example.org')
    await fork.model('sync')
    // The fork claims that our baseline was worse than it was.
    await fork.model('log', '--run', 'baseline', 'acc=0.1', '--step', '9')
    const head = await fork.commit({ 'train.txt': 'eve' }, 'from a fork')
    await train(fork, 'eve', 0.8)
    const remote = path.join(temporaryFolder(), 'fork.git')
    await execa('git', ['init', '--quiet', '--bare', remote])
    await fork.git(
      'push',
      '--quiet',
      remote,
      'HEAD:refs/heads/wider',
      'refs/notes/model/*:refs/notes/model/*',
    )
    await fork.git('push', '--quiet', 'origin', 'HEAD:refs/pull/7/head', '--force')

    const double = await githubDouble(TOKEN)
    double.pulls = [{ number: 7, head: { sha: head }, base: { sha: story.main } }]
    double.mergeBase = story.mergeBase
    const payload = workflowRun(head, 'eve/digits')
    const job = await checkout(story.origin, story.main)
    await job.git('config', `url.file://${remote}.insteadOf`, 'https://github.example.org/eve/digits.git')
    const ran = await asGithub(job, ['review'], {
      name: 'workflow_run',
      payload,
      api: double.api,
      token: TOKEN,
    })
    expect(ran.exitCode, ran.stderr).toBe(1)
    expect(ran.stdout).toContain('worse: acc 0.9 → 0.8')
    expect(ran.stdout).toContain('.gitmodel.yaml:2: metrics.acc.tolerance')
    expect(double.comments).toMatchObject([{ body: expect.stringContaining('gate failed') as string }])
  })
})

describe('git model ci review on GitLab', () => {
  it('keeps one note on the merge request, and says what the token of a job cannot do', async () => {
    const double = await gitlabDouble(TOKEN)
    double.comments = [1, 2, 3].map((id) => ({ id, body: `note ${id}`, author: 'ada' }))
    const job = await checkout(story.origin, story.head)
    const env = {
      GITLAB_CI: 'true',
      CI_API_V4_URL: double.api,
      CI_PROJECT_ID: '42',
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_MERGE_REQUEST_EVENT_TYPE: 'detached',
      CI_MERGE_REQUEST_PROJECT_ID: '42',
      CI_MERGE_REQUEST_IID: '7',
      CI_COMMIT_SHA: story.head,
      CI_MERGE_REQUEST_DIFF_BASE_SHA: story.mergeBase,
      CI_JOB_NAME: 'model',
      CI_JOB_TOKEN: 'glcbt-job',
    }
    const without = await job.modelIn('.', ['ci', 'review', '--output', 'review.md'], { env })
    expect(without, without.stderr).toMatchObject({ exitCode: 0 })
    expect(without.stdout).toContain('the token of a job (CI_JOB_TOKEN) may not write one')
    expect(await job.read('review.md')).toContain('better: acc')
    const withToken = { env: { ...env, GITLAB_TOKEN: TOKEN } }
    expect((await job.modelIn('.', ['ci', 'review'], withToken)).stdout).toContain('commented')
    double.comments[3]!.body = `${reportMarker('model')}\nold`
    expect((await job.modelIn('.', ['ci', 'review'], withToken)).stdout).toContain('comment updated')
    expect(double.comments).toHaveLength(4)
    expect(double.comments[3]).toMatchObject({ body: expect.stringContaining('better: acc') as string })
  })
})

it('says where it works, and that it is not there', async () => {
  const ran = await story.dev.model('ci', 'review')
  expect(ran.exitCode).toBe(1)
  expect(ran.stderr).toContain('error: this is no job of GitHub Actions or GitLab CI that names a commit')
  const gone = await asGithub(story.dev, ['review'], {
    name: 'push',
    payload: push(sha('e'), sha('f')),
    api: 'http://127.0.0.1:9',
  })
  expect(gone.exitCode).toBe(1)
  expect(gone.stderr).toContain('error: there is no')
})
