import type { Oid } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { commitRun, type RunCommit } from './commit-run.ts'
import { openWithTips } from './open-with-tips.ts'
import { requireHead, type Repository } from './repository.ts'
import { runningRef } from './refs.ts'
import { gitLine } from './run-git.ts'
import { takeSnapshot, type Snapshot } from './snapshot.ts'
import { updateRefs } from './update-refs.ts'
import type { SnapshotPolicy } from './work-tree-status.ts'

/** Where runs start: what that asks of git. */
export interface RunSite {
  readonly repo: Repository
  /** Writes the work tree as a tree object. As `takeSnapshot`. */
  takeSnapshot(policy: SnapshotPolicy | undefined): Promise<Snapshot>
  /** Who starts runs, as `Name <mail>`. @throws ModelError `git-identity`. */
  author(): Promise<string>
  /** Makes the run commit. As `commitRun`. */
  commit(run: RunCommit): Promise<Oid>
  /** Keeps a run commit alive as long as the run goes on. */
  keep(run: Oid): Promise<void>
}

/**
 * Opens the repository that the user stands in for one run.
 *
 * @throws ModelError `not-a-repository`, `no-commit`.
 */
export async function openRunSite(world: World): Promise<RunSite> {
  const { repo } = await openWithTips(world.cwd)
  const born = { ...repo, ...requireHead(repo) }
  return {
    repo,
    takeSnapshot: (policy) => takeSnapshot(born, policy),
    author: () => readAuthor(repo),
    commit: (run) => commitRun(repo, run),
    keep: (run) => keepRun(repo, run),
  }
}

/** Makes the ref of a run that goes on. */
export async function keepRun(repo: Repository, run: Oid): Promise<void> {
  await updateRefs(repo, [{ ref: runningRef(run), from: undefined, to: run }], 'git-model: start')
}

/** Tells who the user is, as `Name <mail>`. @throws ModelError `git-identity`. */
export async function readAuthor(repo: Repository): Promise<string> {
  return withoutDate(await gitLine(repo, ['var', 'GIT_AUTHOR_IDENT']))
}

/** Takes the time off an identity as `git var` prints it. */
export function withoutDate(identity: string): string {
  return identity.replace(/ \d+ [+-]\d+$/, '')
}
