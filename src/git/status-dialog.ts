import { randomBytes } from 'node:crypto'
import { GitDialog } from './git-dialog.ts'
import type { Repository } from './repository.ts'
import {
  parseStatus,
  readStatus,
  statusWords,
  type SnapshotPolicy,
  type WorkTreeStatus,
} from './work-tree-status.ts'

/**
 * Asks git again and again how the work tree stands, through a shell that stays: this process, which may know many
 * thousand runs, is slow to start another.
 */
export class StatusDialog {
  readonly #repo: Repository
  // Nothing that git says can be this: names of files are older.
  readonly #end = randomBytes(16).toString('hex')
  readonly #shell: GitDialog

  constructor(repo: Repository) {
    this.#repo = repo
    // An alias finds git's own shell on every system.
    const loop = `!while read -r words; do GIT_OPTIONAL_LOCKS=0 git $words </dev/null; echo "${this.#end} $?"; done`
    this.#shell = new GitDialog(repo, ['-c', `alias.each=${loop}`, 'each'])
  }

  /** Asks git how the work tree stands. As `readStatus`. */
  async read(policy: SnapshotPolicy | undefined): Promise<WorkTreeStatus> {
    const said = await this.#ask(`${statusWords(policy).join(' ')}\n`).catch(() => undefined)
    // The plain way says what is wrong.
    return said === undefined ? readStatus(this.#repo, policy) : parseStatus(said)
  }

  /** Lets the shell go. */
  close(): void {
    this.#shell.end()
  }

  async #ask(question: string): Promise<string | undefined> {
    const said = await this.#shell.ask(question, (text) => {
      const at = text.indexOf(this.#end)
      const end = at < 0 ? -1 : text.indexOf('\n', at)
      return end < 0 ? undefined : end + 1
    })
    const at = said.indexOf(this.#end)
    return said.slice(at + this.#end.length).trim() === '0' ? said.slice(0, at) : undefined
  }
}
