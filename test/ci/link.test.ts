import { describe, expect, it } from 'vitest'
import { clone, type TestRepo } from '../support/repo.ts'
import { githubDouble, gitlabDouble } from './forge-double.ts'
import { mergeGroup, pullRequest, push } from './payloads.ts'
import { asGithub, branchedStory, checkout, share, train, type Story } from './story.ts'

const TOKEN = 'ghs_0123456789secret'

interface Compared {
  verdict: string
  base: { record?: { name: string }; rule?: string; none?: string }
  head: { record?: { name: string }; rule?: string; none?: string }
}

async function diff(repo: TestRepo, ...args: string[]): Promise<Compared> {
  return JSON.parse((await repo.model('diff', '--json', ...args)).stdout) as Compared
}

/** Merges `wider` on the host's side: squashed, onto a main that had moved. The branch is deleted. */
async function squash({ dev }: Story): Promise<string> {
  await dev.git('switch', '--quiet', 'main')
  await dev.git('merge', '--quiet', '--squash', 'wider')
  await dev.git('commit', '--quiet', '-m', 'Wider (#7)')
  await dev.git('push', '--quiet', '--no-verify', 'origin', 'main', ':wider')
  await dev.git('branch', '--quiet', '-D', 'wider')
  return dev.git('rev-parse', 'HEAD')
}

describe('a pull request from its branch to the next pull request', () => {
  it('has the right numbers at every point', async () => {
    const story = await branchedStory()
    const double = await githubDouble(TOKEN)
    double.mergeBase = story.mergeBase
    const at = async (
      commit: string,
      args: string[],
      name: string,
      payload: object,
    ): ReturnType<typeof asGithub> => {
      const job = await checkout(story.origin, commit)
      await job.git('config', 'user.name', 'ci')
      await job.git('config', 'user.email', 'ci@example.org')
      return asGithub(job, args, { name, payload, api: double.api, token: TOKEN })
    }

    // On the pull request, and in the merge queue.
    const payload = pullRequest({ head: story.head, base: story.main })
    expect((await at(story.head, ['review'], 'pull_request', payload)).stdout).toContain(
      'better: acc 0.9 → 0.95',
    )
    const queued = await at(story.head, ['review'], 'merge_group', mergeGroup(story.mergeBase, story.head))
    expect(queued.stdout).toContain('better: acc 0.9 → 0.95')

    // The squash is another tree and another commit, so no rule finds its run, until the job on main links it.
    const squashed = await squash(story)
    expect((await diff(story.dev, story.mergeBase, squashed)).head).toMatchObject({ none: 'absent' })
    double.pulls = [
      {
        number: 7,
        merged_at: '2026-01-02T03:04:05Z',
        merge_commit_sha: squashed,
        head: { sha: story.head },
        base: { sha: story.main },
      },
    ]
    const linked = await at(squashed, ['link'], 'push', push(story.main, squashed))
    expect(linked.stderr).toMatch(/^linked [0-9a-f]{12} to 1 run of request 7: [0-9a-f]{12} wider$/m)
    const again = await at(squashed, ['link'], 'push', push(story.main, squashed))
    expect(again.stderr).toContain('has its run already')

    // A teammate who clones afterwards sees it, and the next pull request is compared with it.
    const next = await clone(`file://${story.origin}`)
    await next.git('config', 'user.name', 'Bob')
    await next.git('config', 'user.email', 'bob@example.org')
    await next.model('sync')
    expect(await diff(next, story.mergeBase, 'HEAD')).toMatchObject({
      verdict: 'better',
      head: { rule: 'linked', record: { name: 'wider' } },
    })
    await next.git('switch', '--quiet', '--create', 'deeper')
    const deeper = await next.commit({ 'train.txt': 'deeper' }, 'deeper')
    await train(next, 'deeper', 0.93)
    await next.git('push', '--quiet', '--no-verify', 'origin', 'deeper', 'deeper:refs/pull/8/head')
    await share(next)
    double.mergeBase = squashed
    const worse = await at(deeper, ['review'], 'pull_request', pullRequest({ head: deeper, base: squashed }))
    expect(worse.exitCode).toBe(1)
    expect(worse.stdout).toContain('worse: acc 0.95 → 0.93')
    expect(worse.stdout).toContain('metrics.acc.tolerance')
  })
})

describe('git model ci link', () => {
  it('finds the request in the commit itself where the host does not answer', async () => {
    const story = await branchedStory()
    const squashed = await squash(story)
    const job = await checkout(story.origin, squashed)
    await job.git('config', 'user.name', 'ci')
    await job.git('config', 'user.email', 'ci@example.org')
    const event = { name: 'push', payload: push(story.main, squashed), api: 'http://127.0.0.1:9' }
    const ran = await asGithub(job, ['link', '--json'], event)
    expect(JSON.parse(ran.stdout), ran.stderr).toMatchObject({
      schema: 'ci-linked/v1',
      request: 7,
      head: story.head,
      runs: [{ name: 'wider' }],
    })
  })

  it('leaves alone what is no merge, and a merge whose run is found', async () => {
    const story = await branchedStory()
    const double = await githubDouble(TOKEN)
    const job = await checkout(story.origin, story.head)
    const event = { name: 'push', payload: push(story.mergeBase, story.head), api: double.api, token: TOKEN }
    expect((await asGithub(job, ['link'], event)).stderr).toContain('is not the merge of a request')
    double.pulls = [
      {
        number: 7,
        merged_at: '2026-01-02T03:04:05Z',
        merge_commit_sha: story.head,
        head: { sha: story.head },
        base: { sha: story.main },
      },
    ]
    expect((await asGithub(job, ['link'], event)).stderr).toContain('has its run already')
  })

  it('ties every merge that a merge queue pushed at once', async () => {
    const story = await branchedStory()
    const squashed = await squash(story)
    const last = await story.dev.commit({ 'docs.md': 'words' }, 'Words (#8)')
    await story.dev.git('push', '--quiet', '--no-verify', 'origin', 'main', 'main:refs/pull/8/head')
    const double = await githubDouble(TOKEN)
    const merged = { merged_at: '2026-01-02T03:04:05Z', base: { sha: story.main } }
    double.pulls = [
      { ...merged, number: 7, merge_commit_sha: squashed, head: { sha: story.head } },
      { ...merged, number: 8, merge_commit_sha: last, head: { sha: last } },
    ]
    const job = await checkout(story.origin, last)
    await job.git('config', 'user.name', 'ci')
    await job.git('config', 'user.email', 'ci@example.org')
    const payload = push(story.main, last, [squashed])
    const event = { name: 'push', payload, api: double.api, token: TOKEN }
    const ran = await asGithub(job, ['link'], event)
    expect(ran.stderr).toMatch(/^linked [0-9a-f]{12} to 1 run of request 7: [0-9a-f]{12} wider$/m)
    expect(ran.stderr).toContain('the branch of request 8 has no run: nothing to link')
    await story.dev.model('sync')
    expect(await diff(story.dev, story.mergeBase, squashed)).toMatchObject({
      head: { rule: 'linked', record: { name: 'wider' } },
    })
  })

  it('ties a merge on GitLab to the runs of all commits of the branch, and the last one stands', async () => {
    const story = await branchedStory(0.93)
    const { dev } = story
    await dev.git('switch', '--quiet', 'wider')
    await train(dev, 'weak', 0.5)
    const middle = await dev.commit({ 'train.txt': 'middle' }, 'middle')
    await train(dev, 'best but not what was merged', 0.99)
    const last = await dev.commit({ 'train.txt': 'last' }, 'last')
    await train(dev, 'last', 0.95)
    await train(dev, 'last too', 0.94)
    const notes = await dev.commit({ 'NOTES.md': 'words' }, 'without a run')
    await dev.git('push', '--quiet', '--no-verify', 'origin', 'wider', 'wider:refs/merge-requests/7/head')
    await share(dev)
    const squashed = await squash(story)
    const double = await gitlabDouble(TOKEN)
    double.commits = [notes, last, middle, story.head]
    const request = {
      iid: 7,
      state: 'merged',
      sha: notes,
      merge_commit_sha: null,
      squash_commit_sha: squashed,
    }
    double.pulls = [{ ...request, iid: 6, state: 'closed' }, request]
    const job = await checkout(story.origin, squashed)
    await job.git('config', 'user.name', 'ci')
    await job.git('config', 'user.email', 'ci@example.org')
    const env = {
      GITLAB_CI: 'true',
      CI_API_V4_URL: double.api,
      CI_PROJECT_ID: '42',
      CI_PIPELINE_SOURCE: 'push',
      CI_COMMIT_SHA: squashed,
      CI_COMMIT_BEFORE_SHA: story.main,
      GITLAB_TOKEN: TOKEN,
    }
    const ran = await job.modelIn('.', ['ci', 'link', '--json'], { env })
    expect(JSON.parse(ran.stdout), ran.stderr).toMatchObject({
      request: 7,
      head: notes,
      runs: [{ name: 'last' }, { name: 'last too' }, { name: 'wider' }, { name: 'weak' }],
    })
    expect((await job.modelIn('.', ['ci', 'link'], { env })).stderr).toContain('has its run already')
    await dev.model('sync')
    expect((await diff(dev, story.mergeBase, squashed)).head).toMatchObject({
      rule: 'linked',
      record: { name: 'last' },
    })
  })
})
