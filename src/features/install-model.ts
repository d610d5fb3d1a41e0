import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../domain/config.ts'
import { isModelError, ModelError } from '../domain/errors.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { World } from '../domain/world.ts'
import { addLfsPatterns, lfsPatterns } from '../git/attributes.ts'
import { setUpDrivers } from '../git/drivers.ts'
import { addRefspecs, repairRefspecs, type RemoteRefspec } from '../git/fetch-refspecs.ts'
import { readGitConfig, setConfig, type GitConfig } from '../git/git-config.ts'
import { hooksFolder, installHooks, type HookName } from '../git/hooks.ts'
import { temporaryFolder } from '../git/object-writer.ts'
import { ownProgram } from '../git/package-files.ts'
import { chooseRemote, listRemotes } from '../git/remotes.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { prepareShared } from '../git/share-folders.ts'
import { readWorkTreeText } from '../git/work-tree-file.ts'
import { foldedRoot, journalRoot } from '../journal/journal-folder.ts'
import { runLfs } from '../lfs/run-lfs.ts'
import { PRESETS, type Preset } from '../weights/presets.ts'
import { showDigests } from './show-digests.ts'
import { findRawFiles } from './find-raw-files.ts'
import { setUpLfs } from './set-up-lfs.ts'
import { STARTER_CONFIG } from './starter-config.ts'
import { syncPrefix } from '../store/sync-prefix.ts'

/** How a repository is to be set up. */
export interface InstallOptions {
  /** Which files are weights. By default `weights`, unless the repository has decided already. */
  preset?: Preset | undefined
  /** The remote to exchange metadata with. */
  remote?: string | undefined
}

/** What setting up changed. Everything is empty, false or absent where nothing was to do. */
export interface Installed {
  /** The top of the work tree. */
  root: string
  /** Patterns that were added to `.gitattributes`. */
  patterns: string[]
  /** Whether a starter `.gitmodel.yaml` was written. */
  config: boolean
  /** Whether the LFS filters were set up. */
  lfs: boolean
  /** Whether git now knows how hooks start this program. */
  program: boolean
  /** Whether git now knows how to compare and merge weights. */
  drivers: boolean
  /** Whether `git log` shows a line about runs below commits from now on. */
  digest: boolean
  hooks: { folder: string; installed: HookName[]; chained: HookName[] }
  /** Fetch refspecs that were added. */
  refspecs: string[]
  /** Refspecs that were taken away, because the next fetch would have overwritten runs and cards. */
  repaired: RemoteRefspec[]
  /** The remote that takes part; undefined where there is none, or none was named among several. */
  remote: string | undefined
  /** All remotes. */
  remotes: string[]
  /** Tracked files that go through LFS from now on and whose content is still in git itself. */
  raw: string[]
}

/**
 * Sets a repository up: LFS patterns, a starter `.gitmodel.yaml`, LFS filters, fetch refspecs and hooks. What is
 * there already stays as it is, so that doing it twice changes nothing.
 *
 * @throws ModelError `lfs-missing` before anything is changed, `no-remote`, `bare-repository`, `write-failed`.
 */
export async function installModel(world: World, options: InstallOptions = {}): Promise<Installed> {
  const repo = await openRepository(world)
  await runLfs(repo.root, ['version'])
  const remote = await findRemote(repo, options.remote)
  const config = await readGitConfig(repo)
  prepareShared(repo, [journalRoot(repo.commonDir), foldedRoot(repo.commonDir), temporaryFolder(repo)])
  const patterns = routeWeights(repo, options.preset)
  const starter = writeStarter(repo)
  const lfs = await setUpLfs(repo, config)
  const program = await rememberProgram(repo, config)
  const drivers = await setUpDrivers(repo, config)
  const digest = await showDigests(world, repo, config)
  const prefix = await syncPrefix(repo)
  const repaired = await repairRefspecs(repo, prefix)
  const refspecs = remote === undefined ? [] : await addRefspecs(repo, remote, prefix)
  return {
    root: repo.root,
    patterns,
    config: starter,
    lfs,
    program,
    digest,
    drivers,
    hooks: await putHooks(repo),
    refspecs,
    repaired,
    remote,
    remotes: await listRemotes(repo),
    raw: patterns.length === 0 ? [] : await findRawFiles(repo),
  }
}

/** Tells git how hooks start this program, wherever the PATH leads. @returns whether that is news. */
export async function rememberProgram(repo: Pick<Repository, 'root'>, config: GitConfig): Promise<boolean> {
  const program = formatCommand(...ownProgram())
  if (config.get('model.program') === program) return false
  await setConfig(repo, 'model.program', program)
  return true
}

async function findRemote(repo: Repository, asked: string | undefined): Promise<string | undefined> {
  try {
    return await chooseRemote(repo, asked)
  } catch (error) {
    if (!isModelError(error, 'no-remote') || asked !== undefined) throw error
    return undefined
  }
}

// A repository that has both files has decided what its weights are, unless somebody asks for a preset.
function routeWeights(repo: Repository, preset: Preset | undefined): string[] {
  const file = path.join(repo.root, '.gitattributes')
  const before = readWorkTreeText(repo.root, '.gitattributes') ?? ''
  const isDecided = readWorkTreeText(repo.root, CONFIG_FILE) !== undefined && lfsPatterns(before).length > 0
  if (isDecided && preset === undefined) return []
  const { text, added } = addLfsPatterns(before, PRESETS[preset ?? 'weights'])
  if (added.length > 0) write(file, text)
  return added
}

function writeStarter(repo: Repository): boolean {
  const file = path.join(repo.root, CONFIG_FILE)
  if (readWorkTreeText(repo.root, CONFIG_FILE) !== undefined) return false
  write(file, STARTER_CONFIG)
  return true
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new ModelError('write-failed', `cannot write "${file}": ${(error as Error).message}`, {
      hints: ['make the folder writable, then: git model init'],
      data: { file },
      cause: error,
    })
  }
}

async function putHooks(repo: Repository): Promise<Installed['hooks']> {
  const folder = await hooksFolder(repo)
  const changed = await installHooks(folder)
  const foreign = changed.filter(({ state }) => state === 'foreign')
  return {
    folder,
    installed: changed.map(({ name }) => name),
    chained: foreign.map(({ name }) => name),
  }
}
