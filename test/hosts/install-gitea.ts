import { execa } from 'execa'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/** A Gitea that can be started. */
export interface Gitea {
  program: string
  /** Its templates and locales. */
  assets: string
}

const MODULE = 'code.gitea.io/gitea'
const VERSION = 'v1.26.0'
// Of Gitea's own Makefile: the database is a file.
const TAGS = 'sqlite sqlite_unlock_notify'

/**
 * Installs Gitea from its Go module into a cache folder, once: building takes minutes, and 200 MB stay.
 * `GIT_MODEL_HOSTS_CACHE` names the folder, by default `git-model-hosts` in the user's cache folder.
 *
 * @throws Error that says what to type where there is no Go, or no C compiler.
 */
export async function installGitea(): Promise<Gitea> {
  const folder = path.join(cacheFolder(), `gitea-${VERSION}`)
  const gitea = { program: path.join(folder, 'gitea'), assets: path.join(folder, 'assets') }
  if (existsSync(gitea.program)) return gitea
  const go = await findGo()
  await requireCompiler()
  const work = path.join(folder, 'build')
  mkdirSync(work, { recursive: true })
  process.stderr.write(`building Gitea ${VERSION} in ${work}: minutes, the first time\n`)
  await build(go, work, gitea)
  rmSync(work, { recursive: true, force: true })
  return gitea
}

/** The folder where programs are kept that tests build or install. */
export function cacheFolder(): string {
  const given = process.env['GIT_MODEL_HOSTS_CACHE']
  return (
    given ?? path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'git-model-hosts')
  )
}

async function findGo(): Promise<string> {
  for (const go of ['go', '/usr/local/go/bin/go']) {
    const { exitCode } = await execa(go, ['version'], { reject: false })
    if (exitCode === 0) return go
  }
  throw new Error(
    'npm run test:hosts builds its Git host, Gitea, and needs Go 1.26 or newer: https://go.dev/dl',
  )
}

async function requireCompiler(): Promise<void> {
  const { exitCode } = await execa('cc', ['--version'], { reject: false })
  if (exitCode !== 0)
    throw new Error('npm run test:hosts needs a C compiler. Type: sudo apt-get install build-essential')
}

async function build(go: string, work: string, gitea: Gitea): Promise<void> {
  const env = {
    GOPATH: path.join(work, 'go'),
    GOCACHE: path.join(work, 'cache'),
    GOFLAGS: '-modcacherw -mod=mod -buildvcs=false',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '1',
  }
  const run = (...args: string[]) => execa(go, args, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const { stdout } = await run('mod', 'download', '-json', `${MODULE}@${VERSION}`)
  const source = JSON.parse(stdout) as { Dir: string; GoMod: string }
  // `go install` refuses modules with replacements, so a module of our own has the same ones.
  writeFileSync(path.join(work, 'go.mod'), 'module git-model.invalid/hosts\n')
  const { Go, Replace } = JSON.parse((await run('mod', 'edit', '-json', source.GoMod)).stdout) as GoMod
  const replacements = Replace.map(({ Old, New }) => `-replace=${Old.Path}=${New.Path}@${New.Version}`)
  await run('mod', 'edit', `-go=${Go}`, `-require=${MODULE}@${VERSION}`, ...replacements)
  cpSync(path.join(source.Dir, 'go.sum'), path.join(work, 'go.sum'))
  const built = path.join(work, 'gitea')
  await run('build', '-ldflags=-s -w', '-tags', TAGS, '-o', built, MODULE)
  for (const name of ['templates', 'options', 'public'])
    cpSync(path.join(source.Dir, name), path.join(gitea.assets, name), { recursive: true })
  renameSync(built, gitea.program)
}

interface GoMod {
  Go: string
  Replace: { Old: { Path: string }; New: { Path: string; Version: string } }[]
}
