import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Oid } from '../domain/run.ts'
import { commitRun, runMessage, type RunCommit } from './commit-run.ts'
import { afterLines, GitDialog } from './git-dialog.ts'
import { temporaryFolder } from './object-writer.ts'
import { runningRef } from './refs.ts'
import { zeroOid, type Repository } from './repository.ts'
import { gitLine } from './run-git.ts'
import { keepRun, withoutDate, type RunSite } from './run-site.ts'
import { SnapshotMemory } from './snapshot-memory.ts'
import type { Snapshot } from './snapshot.ts'
import type { SnapshotPolicy } from './work-tree-status.ts'

/** How long the user's identity is taken for the same, in milliseconds. */
const IDENTITY_AGE = 30_000

interface Identities {
  readonly read: number
  readonly author: string
  readonly committer: string
}

/**
 * Where many runs start, one after the other, from a process that lives long: the git processes that write commits and
 * refs stay, and so does a shell that asks git how the work tree stands.
 */
export class RunSiteSession implements RunSite {
  readonly repo: Repository
  readonly #snapshots: SnapshotMemory
  readonly #commits: GitDialog
  readonly #refs: GitDialog
  #identities: Promise<Identities> | undefined

  constructor(repo: Repository) {
    this.repo = repo
    this.#snapshots = new SnapshotMemory(repo)
    const write = ['hash-object', '-t', 'commit', '-w', '--no-filters', '--stdin-paths']
    this.#commits = new GitDialog(repo, ['-c', 'core.fsync=committed', ...write])
    this.#refs = new GitDialog(repo, ['update-ref', '-m', 'git-model: start', '--stdin'])
  }

  takeSnapshot(policy: SnapshotPolicy | undefined): Promise<Snapshot> {
    return this.#snapshots.take(policy)
  }

  async author(): Promise<string> {
    return withoutDate((await this.#identify()).author)
  }

  async commit(run: RunCommit): Promise<Oid> {
    const file = path.join(
      temporaryFolder(this.repo),
      `commit-${process.pid}-${randomBytes(6).toString('hex')}`,
    )
    try {
      const { author, committer } = await this.#identify()
      const head = `tree ${run.tree}\nparent ${run.parent}\nauthor ${now(author)}\ncommitter ${now(committer)}\n`
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, `${head}\n${runMessage(run)}`, { flag: 'wx' })
      if (file.includes('\n') || file.startsWith('"')) throw new Error('no path of one line')
      return (await this.#commits.ask(`${file}\n`, afterLines(1))).trim()
    } catch {
      // The plain way does the same, and says what is wrong.
      return commitRun(this.repo, run)
    } finally {
      rmSync(file, { force: true })
    }
  }

  async keep(run: Oid): Promise<void> {
    try {
      const update = `update ${runningRef(run)} ${run} ${zeroOid(this.repo)}`
      await this.#refs.ask(`start\n${update}\ncommit\n`, afterLines(2))
    } catch {
      await keepRun(this.repo, run)
    }
  }

  /** Lets the processes go. */
  close(): void {
    this.#snapshots.close()
    this.#commits.end()
    this.#refs.end()
  }

  async #identify(): Promise<Identities> {
    const known = await this.#identities
    if (known !== undefined && Date.now() - known.read < IDENTITY_AGE) return known
    this.#identities = readIdentities(this.repo)
    // Whoever asks hears of it; the next one asks again.
    this.#identities.catch(() => (this.#identities = undefined))
    return this.#identities
  }
}

async function readIdentities(repo: Repository): Promise<Identities> {
  const [author, committer] = await Promise.all(
    ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT'].map((name) => gitLine(repo, ['var', name])),
  )
  return { read: Date.now(), author: author!, committer: committer! }
}

// A date that the environment sets stays; git says the present one otherwise, of when it was asked.
function now(identity: string): string {
  const isSet = ['GIT_AUTHOR_DATE', 'GIT_COMMITTER_DATE'].some((name) => process.env[name] !== undefined)
  return isSet ? identity : identity.replace(/ \d+( [+-]\d+)$/, ` ${Math.floor(Date.now() / 1000)}$1`)
}
