import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import { readHookBody } from './package-files.ts'
import type { Repository } from './repository.ts'
import { gitLine } from './run-git.ts'

/** The hooks that git-model has. */
export const HOOKS = ['pre-commit', 'pre-push', 'post-merge', 'post-checkout', 'post-rewrite'] as const

/** One of our hooks. */
export type HookName = (typeof HOOKS)[number]

/**
 * How a hook stands: `current`, `outdated` (an earlier version of ours, or edited), `newer` (written by a newer
 * git-model), `disabled` (ours, not executable), `foreign` (somebody else's stands in its place) or `missing`.
 */
export type HookState = 'current' | 'outdated' | 'newer' | 'disabled' | 'foreign' | 'missing'

/** A hook as it stands. */
export interface HookReport {
  name: HookName
  file: string
  state: HookState
  /** The hooks that were here before, which it runs first. */
  chained: string[]
}

const BEFORE = '.before-git-model'
/** What the pre-commit framework writes. */
const PRE_COMMIT = /pre-commit\.com|hook-impl/
const MARKER = /^#!.*\r?\n# git-model hook ([a-z-]+), version (\d+)/

/** Returns the folder where git looks for hooks, absolute: `core.hooksPath` and linked work trees count. */
export async function hooksFolder(repo: Pick<Repository, 'root'>): Promise<string> {
  return gitLine(repo, ['rev-parse', '--path-format=absolute', '--git-path', 'hooks'])
}

/** Looks at every hook, and changes nothing. */
export async function inspectHooks(folder: string): Promise<HookReport[]> {
  return Promise.all(HOOKS.map((name) => inspectHook(folder, name)))
}

/**
 * Writes our hooks. A hook that stands there is moved aside and chained, an earlier version of ours is replaced.
 *
 * @returns the reports of those that were changed, as they stood before.
 * @throws ModelError `write-failed`.
 */
export async function installHooks(folder: string): Promise<HookReport[]> {
  return writing(folder, async () => {
    await mkdir(folder, { recursive: true })
    const reports = await inspectHooks(folder)
    const changed = reports.filter(({ state }) => state !== 'current' && state !== 'newer')
    for (const report of changed) await installHook(report)
    return changed
  })
}

/** What became of hooks that were removed. */
export interface RemovedHooks {
  removed: HookName[]
  /** Those in whose place the hook that was there before is back. */
  restored: HookName[]
  /** Files of earlier hooks that have to stay aside, because another one stands in their place. */
  left: string[]
}

/**
 * Takes our hooks away and puts back what they chained.
 *
 * @throws ModelError `write-failed`.
 */
export async function removeHooks(folder: string): Promise<RemovedHooks> {
  return writing(folder, async () => {
    const done: RemovedHooks = { removed: [], restored: [], left: [] }
    for (const report of await inspectHooks(folder)) {
      if (report.state === 'missing' && report.chained.length === 0) continue
      done.left.push(...(await removeHook(report)))
      if (report.state !== 'foreign') done.removed.push(report.name)
      if (report.state !== 'foreign' && report.chained.length > 0) done.restored.push(report.name)
    }
    // Git makes no empty folder, so it was ours.
    if (existsSync(folder)) await rmdir(folder).catch(() => undefined)
    return done
  })
}

/** The version of a hook body of ours; undefined for anybody else's. */
export function hookVersion(body: string): number | undefined {
  const match = MARKER.exec(body)
  return match === null ? undefined : Number(match[2])
}

async function inspectHook(folder: string, name: HookName): Promise<HookReport> {
  const file = path.join(folder, name)
  const names = await readdir(folder).catch(() => [])
  const chained = names.filter((other) => other.startsWith(name + BEFORE)).sort()
  return {
    name,
    file,
    state: hookState(file, name),
    chained: chained.map((other) => path.join(folder, other)),
  }
}

function hookState(file: string, name: HookName): HookState {
  const body = readIfFile(file)
  if (body === undefined) return 'missing'
  const ours = readHookBody(name)
  const version = hookVersion(body)
  // The pre-commit framework moves a hook that it finds to NAME.legacy, and runs it.
  if (version === undefined) return runsLegacy(file, body, ours) ? 'current' : 'foreign'
  if (body === ours) return isExecutable(file) ? 'current' : 'disabled'
  return version > hookVersion(ours)! ? 'newer' : 'outdated'
}

function runsLegacy(file: string, body: string, ours: string): boolean {
  return PRE_COMMIT.test(body) && readIfFile(`${file}.legacy`) === ours
}

function readIfFile(file: string): string | undefined {
  try {
    // Byte by byte, since a hook can be a program.
    return readFileSync(file, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') return ''
    // A link that leads nowhere is a hook of somebody's all the same.
    return isLink(file) ? '' : undefined
  }
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

function isExecutable(file: string): boolean {
  return process.platform === 'win32' || (statSync(file).mode & 0o100) !== 0
}

async function installHook({ name, file, state, chained }: HookReport): Promise<void> {
  const body = readHookBody(name)
  await removeDisplaced(file)
  if (state === 'foreign') await moveAside(file, chained)
  const temporary = `${file}.${process.pid}.tmp`
  await writeFile(temporary, body, 'latin1')
  await chmod(temporary, 0o755)
  await rename(temporary, file)
}

async function moveAside(file: string, chained: readonly string[]): Promise<void> {
  // A hook manager that wrote the same hook again over ours.
  const same = chained.find(
    (other) => !isLink(other) && !isLink(file) && readIfFile(other) === readIfFile(file),
  )
  if (same !== undefined) return rename(file, same)
  const free = chained.length === 0 ? '' : `-${chained.length + 1}`
  return rename(file, `${file}${BEFORE}${free}`)
}

// Hook managers move a hook that they find aside: lefthook to NAME.old, pre-commit to NAME.legacy.
async function removeDisplaced(file: string): Promise<void> {
  for (const displaced of [`${file}.old`, `${file}.legacy`]) if (isOurs(displaced)) await rm(displaced)
}

function isOurs(file: string): boolean {
  return hookVersion(readIfFile(file) ?? '') !== undefined
}

async function removeHook({ file, state, chained }: HookReport): Promise<string[]> {
  const own = !isOurs(file) && isOurs(`${file}.legacy`) ? `${file}.legacy` : file
  await removeDisplaced(file)
  if (own === file && state !== 'foreign' && state !== 'missing') await rm(file)
  const rest = [...chained]
  // The newest of the hooks that were here is the one that counted; older ones stay aside. What pre-commit wrote has no
  // place where pre-commit looks for hooks of others.
  const isRunTwice = own !== file && PRE_COMMIT.test(readIfFile(rest.at(-1) ?? '') ?? '')
  const newest = existsSync(own) || isRunTwice ? undefined : rest.pop()
  if (newest !== undefined) await rename(newest, own)
  for (const other of [...rest]) {
    if (isLink(other) || ![own, file].some((standing) => readIfFile(standing) === readIfFile(other))) continue
    await rm(other)
    rest.splice(rest.indexOf(other), 1)
  }
  return rest
}

async function writing<T>(folder: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (error instanceof ModelError) throw error
    throw new ModelError(
      'write-failed',
      `cannot change the hooks in "${folder}": ${(error as Error).message}`,
      {
        hints: ['make the folder writable, then: git model init'],
        data: { folder },
        cause: error,
      },
    )
  }
}
