import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { readerFailures } from '../../src/weights/reader-failure.ts'

// What a reader of weights did not expect is a failure here, and not a damaged file.
readerFailures.areThrown = true

// Every test file has a home of its own, and nothing of the machine's configuration reaches it.
const home = mkdtempSync(path.join(tmpdir(), 'git-model-home-'))

writeFileSync(
  path.join(home, '.gitconfig'),
  [
    '[user]\n\tname = Ada\n\temail = ada@example.org',
    '[init]\n\tdefaultBranch = main',
    '[protocol "file"]\n\tallow = always',
    '[filter "lfs"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n\tprocess = git-lfs filter-process\n\trequired = true',
    '',
  ].join('\n'),
)

for (const name of Object.keys(process.env)) {
  if (/^(GIT_|XDG_|GITHUB_|GITLAB_|FORCE_COLOR$|CI$|EDITOR$|VISUAL$|PAGER$)/.test(name))
    delete process.env[name]
}
Object.assign(process.env, {
  HOME: home,
  GIT_CONFIG_GLOBAL: path.join(home, '.gitconfig'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  TZ: 'UTC',
  NO_COLOR: '1',
})

afterAll(() => rmSync(home, { recursive: true, force: true }))
