import { ModelError, type ErrorCode } from '../domain/errors.ts'
import { lfsMissing, saysLfsMissing } from '../domain/lfs-missing.ts'

interface Rule {
  code: ErrorCode
  pattern: RegExp
  message: string
  hints: string[]
}

/** What git says (with LC_ALL=C) and what it means. The first rule that matches holds. */
const RULES: readonly Rule[] = [
  {
    code: 'git-identity',
    pattern: /Please tell me who you are|empty ident name|unable to auto-detect email|no email was given/,
    message: 'git does not know who you are, and a run is a commit',
    hints: ['git config --global user.name "Your Name"', 'git config --global user.email you@example.org'],
  },
  {
    code: 'disk-full',
    pattern: /No space left on device|Disk quota exceeded|File too large|Out of diskspace/,
    message: 'the disk is full; nothing that was recorded is lost',
    hints: ['free some space, then: git model doctor --fix'],
  },
  {
    code: 'write-failed',
    pattern: /Permission denied|Read-only file system|insufficient permission|could not lock config file/,
    message: 'git could not write into the repository',
    hints: ['make the .git folder writable, then: git model doctor --fix'],
  },
  {
    code: 'not-a-repository',
    pattern: /dubious ownership/,
    message: 'git does not trust this repository, because it belongs to somebody else',
    hints: ['git config --global --add safe.directory "$(pwd -P)"   (in its top folder, if you trust it)'],
  },
  {
    code: 'not-a-repository',
    pattern: /not a git repository/,
    message: 'this is not a git repository',
    hints: ['git init', 'or go to the folder of a repository first'],
  },
]

/** Turns a failed git process into an error with a code, by what git said. */
export function gitFailure(
  args: readonly string[],
  exitCode: number | undefined,
  stderr: string,
  systemCode?: string,
): ModelError {
  if (systemCode === 'ENOENT') {
    return new ModelError('git-missing', 'git is not installed, or the folder is gone', {
      hints: ['install git 2.36 or newer, for example: sudo apt-get install git'],
    })
  }
  // A filter that cannot be started: git's own last words are those of a pipe that broke.
  if (saysLfsMissing(stderr)) return lfsMissing()
  const rule = RULES.find(({ pattern }) => pattern.test(stderr))
  const data = { command: ['git', ...args.slice(0, 6)], exitCode, stderr: stderr.slice(0, 2000) }
  if (rule !== undefined) return new ModelError(rule.code, rule.message, { hints: rule.hints, data })
  const said = stderr.trim().split('\n').slice(-3).join('; ')
  return new ModelError('git-failed', `git ${commandName(args)} failed${said === '' ? '' : `: ${said}`}`, {
    data,
    hints: ['git model doctor'],
  })
}

function commandName(args: readonly string[]): string {
  return args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-c') ?? ''
}
