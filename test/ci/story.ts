import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { gitdir, openTestRepo, temporaryFolder, type Ran, type TestRepo } from '../support/repo.ts'

const CONFIG = `metrics:
  acc: {goal: max, primary: true, tolerance: 0.01}
`

/** A developer's repository and its remote, with a branch that is to be merged. */
export interface Story {
  dev: TestRepo
  /** Path of the bare remote. */
  origin: string
  /** Where the branch left main, the tip of main, and the tip of the branch. */
  mergeBase: string
  main: string
  head: string
}

/** A trained main, a trained branch `wider`, and a main that moved meanwhile. Runs hang on code alone. */
export async function branchedStory(accuracy = 0.95): Promise<Story> {
  const dev = await gitdir({ 'train.txt': 'base', '.gitmodel.yaml': CONFIG })
  const origin = path.join(temporaryFolder(), 'origin.git')
  await execa('git', ['init', '--quiet', '--bare', origin])
  await dev.git('remote', 'add', 'origin', `file://${origin}`)
  await train(dev, 'baseline', 0.9)
  const mergeBase = await dev.git('rev-parse', 'HEAD')
  await dev.git('switch', '--quiet', '--create', 'wider')
  const head = await dev.commit({ 'train.txt': 'wider' }, 'wider')
  await train(dev, 'wider', accuracy)
  await dev.git('switch', '--quiet', 'main')
  const main = await dev.commit({ 'README.md': 'moved' }, 'the base moves')
  await dev.git('push', '--quiet', '--no-verify', 'origin', 'main', 'wider', 'wider:refs/pull/7/head')
  await dev.git('push', '--quiet', '--no-verify', 'origin', 'wider:refs/merge-requests/7/head')
  await share(dev)
  return { dev, origin, mergeBase, main, head }
}

/** Records a run of the commit that is checked out. */
export async function train(repo: TestRepo, name: string, accuracy: number): Promise<void> {
  const ran = await repo.model('run', '-n', name, '--', 'sh', '-c', `git model log acc=${accuracy}`)
  if (ran.exitCode !== 0) throw new Error(ran.stderr)
}

/** Pushes runs. */
export async function share(repo: TestRepo): Promise<void> {
  const ran = await repo.model('sync')
  if (ran.exitCode !== 0) throw new Error(ran.stderr)
}

/** A clone as a CI job makes it: one commit, without history and without a branch. */
export async function checkout(origin: string, commit: string): Promise<TestRepo> {
  const job = openTestRepo(path.join(temporaryFolder(), 'job'))
  mkdirSync(job.dir)
  await job.git('init', '--quiet')
  await job.git('remote', 'add', 'origin', `file://${origin}`)
  await job.git('fetch', '--quiet', '--depth=1', 'origin', commit)
  await job.git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
  return job
}

/** Runs a command of `git model ci` as a job of GitHub Actions does. */
export async function asGithub(
  job: TestRepo,
  args: readonly string[],
  event: { name: string; payload: object; api: string; token?: string },
  more: Readonly<Record<string, string>> = {},
): Promise<Ran & { summary: string }> {
  const folder = temporaryFolder()
  const [file, summary] = [path.join(folder, 'event.json'), path.join(folder, 'summary.md')]
  writeFileSync(file, JSON.stringify(event.payload))
  writeFileSync(summary, 'before\n')
  const ran = await job.modelIn('.', ['ci', ...args], {
    env: {
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: file,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_REPOSITORY: 'acme/digits',
      GITHUB_SHA: await job.git('rev-parse', 'HEAD'),
      GITHUB_API_URL: event.api,
      GITHUB_WORKFLOW: 'review',
      GITHUB_JOB: 'model',
      ...(event.token !== undefined && { GITHUB_TOKEN: event.token }),
      ...more,
    },
  })
  const { readFileSync } = await import('node:fs')
  return { ...ran, summary: readFileSync(summary, 'utf8') }
}
