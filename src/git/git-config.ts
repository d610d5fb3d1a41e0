import type { Repository } from './repository.ts'
import { gitFailure } from './git-failure.ts'
import { git } from './run-git.ts'

/** One value of git's configuration. */
export interface ConfigEntry {
  /** `local`, `global`, `system`, `worktree` or `command`. */
  scope: string
  /** Section and variable in lower case, the part between as it is written. */
  key: string
  value: string
}

/** Git's configuration as it holds in a repository. */
export interface GitConfig {
  readonly entries: readonly ConfigEntry[]
  /** The value that counts; undefined where there is none. */
  get(key: string): string | undefined
  /** All values of a key, in order. */
  all(key: string): string[]
}

/** Reads git's configuration with one process. */
export async function readGitConfig(repo: Pick<Repository, 'root'>): Promise<GitConfig> {
  const { stdout } = await git(repo, ['config', '--list', '--show-scope', '-z'])
  const fields = stdout.split('\0')
  const entries: ConfigEntry[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [key, ...value] = fields[at + 1]!.split('\n')
    // A key without "=" is a boolean that is true.
    entries.push({ scope: fields[at]!, key: key!, value: value.length === 0 ? 'true' : value.join('\n') })
  }
  return {
    entries,
    get: (key) => entries.findLast((entry) => entry.key === key)?.value,
    all: (key) => entries.filter((entry) => entry.key === key).map(({ value }) => value),
  }
}

/** Sets a key in the repository's own configuration. */
export async function setConfig(repo: Pick<Repository, 'root'>, key: string, value: string): Promise<void> {
  await add(repo, key, value, false)
}

/** Adds a value to a key in the repository's own configuration. */
export async function addConfig(repo: Pick<Repository, 'root'>, key: string, value: string): Promise<void> {
  await add(repo, key, value, true)
}

/** Takes values away from the repository's own configuration: all of a key, or those that equal `value`. */
export async function unsetConfig(
  repo: Pick<Repository, 'root'>,
  key: string,
  value?: string,
): Promise<void> {
  const fixed = value === undefined ? [] : ['--fixed-value']
  const args = ['config', '--local', ...fixed, '--unset-all', key, ...(value === undefined ? [] : [value])]
  await git(repo, args, { ok: [0, 5] })
}

async function add(
  repo: Pick<Repository, 'root'>,
  key: string,
  value: string,
  appends: boolean,
): Promise<void> {
  const { simpleGit } = await import('simple-git')
  try {
    await simpleGit(repo.root).addConfig(key, value, appends, 'local')
  } catch (error) {
    throw gitFailure(['config'], undefined, (error as Error).message)
  }
}
