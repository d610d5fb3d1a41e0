import { addConfig, readGitConfig, unsetConfig, type GitConfig } from './git-config.ts'
import { fetchRefspecs, REMOTES, SHARED_REFS } from './refs.ts'
import type { Repository } from './repository.ts'

/** A fetch refspec of a remote. */
export interface RemoteRefspec {
  remote: string
  refspec: string
}

/** Lists the remotes that have a URL, in the order of the configuration. */
export function configuredRemotes(config: GitConfig): string[] {
  return [...new Set(config.entries.flatMap(({ key }) => /^remote\.(.+)\.url$/s.exec(key)?.[1] ?? []))]
}

/** Lists the refspecs that bring a remote's metadata and are not configured. */
export function missingRefspecs(config: GitConfig, remote: string, prefix?: string): string[] {
  const present = config.all(`remote.${remote}.fetch`)
  return fetchRefspecs(remote, prefix).filter((refspec) => !present.includes(refspec))
}

/**
 * Adds the refspecs with which an ordinary `git fetch` brings a remote's metadata into private tracking refs. Those
 * that brought it from another place go: git refuses to fetch two refs into one.
 *
 * @returns those that were not there.
 */
export async function addRefspecs(
  repo: Pick<Repository, 'root'>,
  remote: string,
  prefix?: string,
): Promise<string[]> {
  const config = await readGitConfig(repo)
  const wanted = fetchRefspecs(remote, prefix)
  for (const refspec of ourRefspecs(config, remote)) {
    if (!wanted.includes(refspec)) await unsetConfig(repo, `remote.${remote}.fetch`, refspec)
  }
  const missing = missingRefspecs(config, remote, prefix)
  for (const refspec of missing) await addConfig(repo, `remote.${remote}.fetch`, refspec)
  return missing
}

/** Takes our refspecs away from every remote. @returns the remotes that had them. */
export async function removeRefspecs(repo: Pick<Repository, 'root'>, config: GitConfig): Promise<string[]> {
  const remotes = [
    ...new Set(config.entries.flatMap(({ key }) => /^remote\.(.+)\.fetch$/s.exec(key)?.[1] ?? [])),
  ]
  const had = remotes.filter((remote) => ourRefspecs(config, remote).length > 0)
  for (const remote of had) {
    for (const refspec of ourRefspecs(config, remote))
      await unsetConfig(repo, `remote.${remote}.fetch`, refspec)
  }
  return had
}

function ourRefspecs(config: GitConfig, remote: string): string[] {
  return config.all(`remote.${remote}.fetch`).filter((refspec) => refspec.includes(`:${REMOTES}${remote}/`))
}

/**
 * Lists the refspecs with which a fetch overwrites our published refs, unpushed runs and cards included: those
 * that are forced (or pruned) and whose destination covers one of them.
 */
export function dangerousRefspecs(config: GitConfig): RemoteRefspec[] {
  return config.entries.flatMap(({ key, value }) => {
    const remote = /^remote\.(.+)\.fetch$/s.exec(key)?.[1]
    if (remote === undefined || value.startsWith('^')) return []
    const isPruned = isTrue(config.get(`remote.${remote}.prune`) ?? config.get('fetch.prune'))
    const isForced = value.startsWith('+')
    const destination = value.replace(/^\+/, '').split(':')[1] ?? ''
    return (isForced || isPruned) && coversShared(destination) ? [{ remote, refspec: value }] : []
  })
}

/** Takes the dangerous refspecs away, and puts private ones in their place. @returns those that were taken away. */
export async function repairRefspecs(
  repo: Pick<Repository, 'root'>,
  prefix?: string,
): Promise<RemoteRefspec[]> {
  const dangerous = dangerousRefspecs(await readGitConfig(repo))
  for (const { remote, refspec } of dangerous) {
    await unsetConfig(repo, `remote.${remote}.fetch`, refspec)
    await addRefspecs(repo, remote, prefix)
  }
  return dangerous
}

function coversShared(destination: string): boolean {
  const [before, after] = destination.split('*')
  if (after === undefined) return SHARED_REFS.some((ref) => ref === destination)
  return SHARED_REFS.some(
    (ref) => ref.startsWith(before!) && ref.endsWith(after) && ref.length >= before!.length + after.length,
  )
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|yes|on|[1-9]\d*)$/i.test(value)
}
