import { describe, expect, test } from 'vitest'
import { readRemoteTrouble } from '../../src/domain/remote-trouble.ts'

// As Gitea 1.26, git 2.39, OpenSSH 9.2 and git-lfs 3.3 said it in test/hosts, and GitHub in public reports.
const SAID: [said: string, message: string, hint: RegExp][] = [
  [
    "remote: Failed to authenticate user\nfatal: Authentication failed for 'http://127.0.0.1:45229/ada/x.git/'\n",
    "Failed to authenticate user; fatal: Authentication failed for 'http://127.0.0.1:45229/ada/x.git/'",
    /renew the token/,
  ],
  [
    'git@127.0.0.1: Permission denied (publickey).\nfatal: Could not read from remote repository.\n',
    'git@127.0.0.1: Permission denied (publickey).; fatal: Could not read from remote repository.',
    /ssh key/,
  ],
  [
    'No RSA host key is known for [127.0.0.1]:39477 and you have requested strict checking.\nHost key verification failed.\n',
    'No RSA host key is known for [127.0.0.1]:39477 and you have requested strict checking.; Host key verification failed.',
    /fingerprint/,
  ],
  [
    'error: User: 2:bob with Key: 2:test is not authorized to write to ada/x.\nerror:\nerror:: exit status 1\n',
    'User: 2:bob with Key: 2:test is not authorized to write to ada/x.',
    /ask its owner/,
  ],
  [
    "fatal: unable to access 'https://github.com/o/r/': The requested URL returned error: 403\n",
    "fatal: unable to access 'https://github.com/o/r/': The requested URL returned error: 403",
    /ask its owner/,
  ],
  [
    "fatal: unable to access 'http://127.0.0.1:1/x.git/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server\n",
    "fatal: unable to access 'http://127.0.0.1:1/x.git/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server",
    /does not answer/,
  ],
  [
    "remote: Repository not found\nfatal: repository 'http://127.0.0.1:45229/ada/nowhere.git/' not found\n",
    "Repository not found; fatal: repository 'http://127.0.0.1:45229/ada/nowhere.git/' not found",
    /git remote get-url origin/,
  ],
]

describe('what a remote said', () => {
  test.each(SAID)('%j', (said, message, hint) => {
    const trouble = readRemoteTrouble(said, 'origin')
    expect(trouble.said).toBe(message)
    expect(trouble.hint).toMatch(hint)
  })

  test('tells of a hook before it tells of refs, and nothing twice', () => {
    const said = [
      'remote: only branches here        ',
      'remote: only branches here        ',
      'To /srv/origin.git',
      ' ! [remote rejected] ec03 -> refs/model/runs (pre-receive hook declined)',
      "error: failed to push some refs to '/srv/origin.git'",
    ].join('\n')
    expect(readRemoteTrouble(said, 'origin')).toEqual({ said: 'only branches here', hint: undefined })
  })

  test.each([
    'https://ada:hunter2@example.org/x.git',
    'https://0123456789abcdef0123@example.org/x.git',
    'https://oauth2:glpat-0123456789abcdefghij@example.org/x.git',
  ])('is told without the credential in %s', (address) => {
    const { said } = readRemoteTrouble(`fatal: unable to access '${address}': 500`, 'origin')
    expect(said).not.toMatch(/hunter2|0123456789/)
    expect(said).toContain('example.org/x.git')
  })
})
