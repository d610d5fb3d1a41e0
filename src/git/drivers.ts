import { formatCommand } from '../domain/quote-shell.ts'
import { unsetConfig, type GitConfig } from './git-config.ts'
import { ownProgram } from './package-files.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

/** What the attributes `diff=git-model` and `merge=git-model` mean to git, by configuration key. */
export function driverConfig(): Record<string, string> {
  const program = formatCommand(...ownProgram())
  return {
    // Without the program git diff still works: it compares the names of the contents.
    'diff.git-model.textconv': `f() { ${program} hook textconv "$1" || git hash-object --no-filters "$1"; }; f`,
    'diff.git-model.binary': 'false',
    'merge.git-model.name': 'by tensor',
    'merge.git-model.driver': `${program} hook merge-weights %O %A %B %P`,
    // The merge of two merge bases is no version that anybody made.
    'merge.git-model.recursive': 'binary',
  }
}

/** Lists the drivers' keys that are missing, or that start another program. */
export function missingDrivers(config: GitConfig): string[] {
  return Object.entries(driverConfig())
    .filter(([key, value]) => config.get(key) !== value)
    .map(([key]) => key)
}

/** Sets the drivers up for this repository. @returns whether that is news. */
export async function setUpDrivers(repo: Pick<Repository, 'root'>, config: GitConfig): Promise<boolean> {
  const missing = missingDrivers(config)
  const values = driverConfig()
  // simple-git refuses these keys, for they name programs.
  for (const key of missing) await git(repo, ['config', '--local', key, values[key]!])
  return missing.length > 0
}

/** Takes the drivers away. @returns whether there were any. */
export async function removeDrivers(repo: Pick<Repository, 'root'>, config: GitConfig): Promise<boolean> {
  const keys = Object.keys(driverConfig())
  const there = keys.filter((key) =>
    config.entries.some((entry) => entry.scope === 'local' && entry.key === key),
  )
  for (const key of there) await unsetConfig(repo, key)
  return there.length > 0
}
