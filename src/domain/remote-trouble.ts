import { maskShapes } from './secret-shapes.ts'

/** What a remote, or git on its behalf, said when it refused. */
export interface RemoteTrouble {
  /** The lines that say why, joined; without credentials. */
  said: string
  /** What to look at, where it is known what the words mean. */
  hint: string | undefined
}

const LINES = 3

// Words of git, OpenSSH, git-lfs, curl, GitHub, GitLab and Gitea. Only a hint hangs on them. The first that matches holds.
const MEANINGS: readonly [RegExp, (remote: string) => string][] = [
  [
    /host key verification failed/i,
    () => 'ssh does not know this host by that key: compare its fingerprint with the published one',
  ],
  [
    /permission denied \(/i,
    () => 'the host does not know your ssh key: add it to your account, or to the agent: ssh-add',
  ],
  [
    /not (?:authorized|allowed) to|push access|denied to|\b403\b|forbidden|read.only/i,
    () => 'you may read there, but not write: ask its owner for permission',
  ],
  [
    /authentication failed|failed to authenticate|could not read (?:username|password)|credentials|\b401\b/i,
    (remote) =>
      `the host does not know you, or you may not write there: renew the token, then: git ls-remote ${remote}`,
  ],
  [
    /could not resolve|(?:failed|couldn't|could not) (?:to )?connect|connection (?:refused|reset|timed out)|unreachable/i,
    () => 'the host does not answer: check the network, or try again later',
  ],
  [
    /not found|does not exist|does not appear to be a git repository|no such/i,
    (remote) => `check the address: git remote get-url ${remote}`,
  ],
]

/** Makes what was said fit for a message: the lines that matter, without `remote:`, blanks and credentials. */
export function readRemoteTrouble(text: string, remote: string): RemoteTrouble {
  const masked = maskShapes(text)
  const lines = masked
    .split('\n')
    .map((line) => line.replace(/^(?:(?:remote|error):+\s*)+/, '').trim())
    .filter((line) => line !== '' && !/^To \S+$|^failed to push|^exit status/.test(line))
  const telling = lines.filter((line) => !line.startsWith('!'))
  const chosen = [...new Set(telling.length > 0 ? telling : lines)].slice(0, LINES)
  return {
    said: chosen.join('; '),
    hint: MEANINGS.find(([pattern]) => pattern.test(masked))?.[1](remote),
  }
}
