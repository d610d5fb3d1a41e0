import { lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import { requireHead, type Repository } from './repository.ts'
import { gitLine } from './run-git.ts'
import { snapshotOf, type Snapshot } from './snapshot.ts'
import { StatusDialog } from './status-dialog.ts'
import type { SnapshotPolicy, WorkTreeStatus } from './work-tree-status.ts'

// Some file systems count two seconds at a time.
const COARSEST_CLOCK = 2000

/**
 * Takes one snapshot after another of the same work tree. Each asks git how the work tree stands; where that is as it was,
 * and each file that differs from the commit has the inode, size and times that it had, the tree is as it was as well.
 * As git itself does with its index, times are not trusted of a file that changed only just before it was read.
 */
export class SnapshotMemory {
  readonly #repo: Repository
  readonly #coarsest: number
  readonly #status: StatusDialog
  #head = { commit: '', tree: '' }
  #last: { key: string; snapshot: Snapshot } | undefined

  /** @param coarsest - how much older than a snapshot a file must be for its times to tell the next change, in milliseconds. */
  constructor(repo: Repository, coarsest = COARSEST_CLOCK) {
    this.#repo = repo
    this.#coarsest = coarsest
    this.#status = new StatusDialog(repo)
  }

  /** Writes the work tree as a tree object. @throws ModelError `no-commit`. */
  async take(policy?: SnapshotPolicy): Promise<Snapshot> {
    const began = Date.now()
    const status = await this.#status.read(policy)
    const { head } = requireHead({ ...this.#repo, head: status.head, headTree: status.head })
    const born = { ...this.#repo, head, headTree: await this.#treeOf(head) }
    const files = this.#stampFiles(status)
    const key = [policy ?? '', status.text, files.text].join('\n')
    if (this.#last?.key === key) return this.#last.snapshot
    const snapshot = await snapshotOf(born, status, policy)
    const isSure = !status.hasSubmodules && files.newest < began - this.#coarsest
    this.#last = isSure ? { key, snapshot } : undefined
    return snapshot
  }

  /** Lets the processes go. */
  close(): void {
    this.#status.close()
  }

  async #treeOf(commit: string): Promise<string> {
    if (this.#head.commit !== commit) {
      this.#head = { commit, tree: await gitLine(this.#repo, ['rev-parse', `${commit}^{tree}`]) }
    }
    return this.#head.tree
  }

  // What decides what becomes of a file's content, and the files.
  #stampFiles({ changed, untracked }: WorkTreeStatus): { text: string; newest: number } {
    const { commonDir, gitDir, root, indexFile } = this.#repo
    const settings = ['config', 'info/attributes'].map((name) => path.join(commonDir, name))
    const stamps = [
      ...[...settings, path.join(gitDir, 'config.worktree'), indexFile].map((file) =>
        stampOf(file, statSync),
      ),
      ...[...changed, ...untracked].map((file) => stampOf(path.join(root, file), lstatSync)),
    ]
    return {
      text: stamps.map(({ text }) => text).join('\n'),
      newest: stamps.reduce((newest, { time }) => Math.max(newest, time), 0),
    }
  }
}

function stampOf(file: string, stat: typeof lstatSync): { text: string; time: number } {
  try {
    const found = stat(file, { throwIfNoEntry: false, bigint: true })
    if (found === undefined) return { text: '-', time: 0 }
    const { ino, size, mode, mtimeNs, ctimeNs, ctimeMs } = found
    return { text: [ino, size, mode, mtimeNs, ctimeNs].join(' '), time: Number(ctimeMs) }
  } catch {
    return { text: '?', time: Infinity }
  }
}
