/** Where a repository is shown on the web. */
export interface WebRepository {
  /** `https://host/owner/name`, without credentials. */
  url: string
  /** How the host spells the address of a commit. */
  style: 'github' | 'gitlab'
}

// https://host/path, ssh://user@host:port/path, git://host/path; and git's short form user@host:path.
const URL_FORM = /^(https?|ssh|git):\/\/(?:[^/@]*@)?([A-Za-z0-9.-]+)(?::(\d+))?\/(.+)$/
const SHORT_FORM = /^(?:[^/@:]+@)?([A-Za-z0-9.-]+):(?!\/)(.+)$/
const PATH = /^[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)+$/

/**
 * Derives from a remote's address where its commits are shown. Users, passwords and tokens in the address are left out.
 *
 * @returns undefined for a host that is not known to show commits, and for anything that is no address of a host.
 */
export function webRepository(remote: string): WebRepository | undefined {
  const found = URL_FORM.exec(remote)
  const [, host, path] = found === null ? (SHORT_FORM.exec(remote) ?? []) : [found[0], found[2], found[4]]
  const clean = path?.replace(/\/+$/, '').replace(/\.git$/, '')
  if (host === undefined || clean === undefined || !PATH.test(clean) || clean.includes('..')) return undefined
  const style = styleOf(host)
  if (style === undefined) return undefined
  const port = found !== null && /^https?$/.test(found[1]!) && found[3] !== undefined ? `:${found[3]}` : ''
  return { url: `https://${host.toLowerCase()}${port}/${clean}`, style }
}

/** Returns the address of a commit. */
export function commitUrl({ url, style }: WebRepository, oid: string): string {
  return style === 'gitlab' ? `${url}/-/commit/${oid}` : `${url}/commit/${oid}`
}

// Forgejo and Gitea spell it as GitHub does.
function styleOf(host: string): WebRepository['style'] | undefined {
  if (/(?:^|[.-])gitlab(?:[.-]|$)/i.test(host)) return 'gitlab'
  return /(?:^|[.-])(?:github|codeberg|gitea|forgejo)(?:[.-]|$)/i.test(host) ? 'github' : undefined
}
