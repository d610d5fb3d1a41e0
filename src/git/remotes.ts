import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isModelError, ModelError } from '../domain/errors.ts'
import { readRemoteTrouble } from '../domain/remote-trouble.ts'
import type { Oid } from '../domain/run.ts'
import { statObjects } from './read-objects.ts'
import type { Tips } from './read-tips.ts'
import {
  fetchRefspecs,
  forkRef,
  remoteRef,
  REMOTES,
  SHARED_REFS,
  trackingRef,
  type SharedRef,
} from './refs.ts'
import type { Repository } from './repository.ts'
import { git, gitLine } from './run-git.ts'

// How git ends when it talked to a remote, or could not.
const ANSWERS = [0, 1, 128]

/** Lists the names of the remotes. */
export async function listRemotes(repo: Repository): Promise<string[]> {
  return (await gitLine(repo, ['remote'])).split('\n').filter((name) => name !== '')
}

/**
 * Returns the remote to exchange metadata with: the one that was asked for, the one of the current branch,
 * `origin`, or the only one.
 *
 * @throws ModelError `no-remote`.
 */
export async function chooseRemote(repo: Repository, asked?: string): Promise<string> {
  const remotes = await listRemotes(repo)
  const upstream = asked === undefined && remotes.length > 1 ? await upstreamRemote(repo) : undefined
  if (asked !== undefined) {
    if (remotes.includes(asked)) return asked
    throw noRemote(`there is no remote "${asked}"`, remotes)
  }
  const chosen = [upstream, 'origin', ...(remotes.length === 1 ? remotes : [])].find(
    (name) => name !== undefined && remotes.includes(name),
  )
  if (chosen !== undefined) return chosen
  throw noRemote(
    remotes.length === 0 ? 'this repository has no remote' : 'there are several remotes',
    remotes,
  )
}

/** Returns the address of the remote that metadata is exchanged with; undefined where there is none to choose. */
export async function remoteAddress(repo: Repository): Promise<string | undefined> {
  try {
    return await gitLine(repo, ['remote', 'get-url', await chooseRemote(repo)])
  } catch (error) {
    if (isModelError(error)) return undefined
    throw error
  }
}

/**
 * Fetches a remote's metadata into our private tracking refs, which are what the remote has and nothing else: a ref
 * that it lost is pushed again.
 *
 * @throws ModelError `remote-unreachable`.
 */
export async function fetchMetadata(repo: Repository, remote: string, prefix?: string): Promise<void> {
  const options = [
    '--quiet',
    '--prune',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-write-fetch-head',
    '--refmap=',
  ]
  // In a shallow clone the runs would bring the whole history of the code along.
  if (isShallow(repo)) options.push('--depth=1')
  const args = ['fetch', ...options, remote, ...fetchRefspecs(remote, prefix)]
  const { exitCode, stderr } = await git(repo, args, { ok: ANSWERS })
  if (exitCode !== 0) throw unreachable(remote, stderr)
}

/** Tells whether this clone has a part of the history only: records of all runs, and the commits of a few. */
export function isShallow(repo: Pick<Repository, 'commonDir'>): boolean {
  return existsSync(path.join(repo.commonDir, 'shallow'))
}

/**
 * Fetches the notes of a fork, which is given by its address, beside our own. They are not folded in.
 *
 * @returns false when it cannot be reached, or has none.
 */
export async function fetchFork(repo: Repository, address: string, prefix?: string): Promise<boolean> {
  if (!/^(?:https?:\/\/|\/)/.test(address)) return false
  const notes = prefix === undefined ? 'refs/notes/model' : `${prefix}/notes`
  const options = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--refmap=']
  const depth = isShallow(repo) ? ['--depth=1'] : []
  const args = ['fetch', ...options, ...depth, '--', address, `+${notes}/*:${forkRef('refs/notes/model/')}*`]
  return (await git(repo, args, { ok: [0, 1, 128] })).exitCode === 0
}

/** How a push ended: `done`, or what the remote said when it refused. */
export type PushResult = { done: true } | { done: false; said: string }

/**
 * Pushes metadata refs, all or none where the remote knows how, and notes in the tracking refs what it has.
 * The user's own pre-push hooks are not run: they are about code.
 */
export async function pushMetadata(
  repo: Repository,
  remote: string,
  refs: readonly { ref: SharedRef; oid: Oid }[],
  prefix?: string,
): Promise<PushResult> {
  const refspecs = refs.map(({ ref, oid }) => `${oid}:${remoteRef(ref, prefix)}`)
  const first = await tryPush(repo, ['--atomic', remote, ...refspecs])
  const lacksAtomic = !first.done && /does not support --atomic/.test(first.said)
  const result = lacksAtomic ? await tryPush(repo, [remote, ...refspecs]) : first
  if (result.done) await rememberPushed(repo, remote, refs)
  return result
}

/** Returns where a remote's metadata refs stand, by our private copies. */
export function trackingIn(tips: Tips, remote: string): Map<SharedRef, Oid> {
  return new Map(
    SHARED_REFS.flatMap((ref) => {
      const oid = tips.get(trackingRef(remote, ref))
      return oid === undefined ? [] : [[ref, oid] as const]
    }),
  )
}

async function tryPush(repo: Repository, args: readonly string[]): Promise<PushResult> {
  const options = ['--quiet', '--no-verify', '--no-signed']
  const { exitCode, stderr } = await git(repo, ['push', ...options, ...args], { ok: ANSWERS })
  return exitCode === 0 ? { done: true } : { done: false, said: stderr }
}

async function rememberPushed(
  repo: Repository,
  remote: string,
  refs: readonly { ref: SharedRef; oid: Oid }[],
): Promise<void> {
  // Where git fetch brings them, git push has moved them.
  const tracking = refs.map(({ ref, oid }) => ({ ref: trackingRef(remote, ref), oid }))
  const stats = await statObjects(
    repo,
    tracking.map(({ ref }) => ref),
  )
  const behind = tracking.filter(({ oid }, index) => stats[index]?.oid !== oid)
  if (behind.length === 0) return
  const input = behind.map(({ ref, oid }) => `update ${ref} ${oid}\n`).join('')
  await git(repo, ['update-ref', '--stdin'], { input, ok: [0, 1, 128] })
}

async function upstreamRemote(repo: Repository): Promise<string | undefined> {
  const branch = await gitLine(repo, ['symbolic-ref', '--quiet', '--short', 'HEAD'], { ok: [0, 1, 128] })
  if (branch === '') return undefined
  const remote = await gitLine(repo, ['config', '--get', `branch.${branch}.remote`], { ok: [0, 1] })
  return remote === '' ? undefined : remote
}

function noRemote(message: string, remotes: readonly string[]): ModelError {
  const known = remotes.length === 0 ? 'git remote add origin URL' : `name one of them: ${remotes.join(', ')}`
  return new ModelError('no-remote', message, { hints: [known], data: { remotes } })
}

function unreachable(remote: string, text: string): ModelError {
  const { said, hint } = readRemoteTrouble(text, remote)
  return new ModelError('remote-unreachable', `cannot fetch from "${remote}": ${said}`, {
    hints: [
      hint ?? `git ls-remote ${remote}`,
      'nothing is lost: everything stays here until the next git model sync',
    ],
    data: { remote },
  })
}

/** Returns the address that a remote is pushed to. */
export function pushAddress(repo: Repository, remote: string): Promise<string> {
  return gitLine(repo, ['remote', 'get-url', '--push', remote])
}

/**
 * Notes to which address the private copies of a remote's refs belong, for the pre-push hook: a remote that was
 * given another address has nothing of ours yet.
 */
export function rememberAddress(repo: Repository, remote: string, address: string): void {
  const file = addressFile(repo, remote)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, `${address}\n`)
}

/**
 * Returns where refs stand, without what another address had that the remote was given before: that says nothing of the
 * one it has now, until it is asked.
 */
export async function tipsOfAddress(repo: Repository, tips: Tips, remote: string | undefined): Promise<Tips> {
  const known = remote === undefined ? undefined : rememberedAddress(repo, remote)
  if (remote === undefined || known === undefined || known === (await pushAddress(repo, remote))) return tips
  return new Map([...tips].filter(([ref]) => !ref.startsWith(`${REMOTES}${remote}/`)))
}

function rememberedAddress(repo: Repository, remote: string): string | undefined {
  try {
    return readFileSync(addressFile(repo, remote), 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Tells whether metadata was ever fetched from a remote, be it none. */
export function wasFetched(repo: Repository, remote: string): boolean {
  return existsSync(addressFile(repo, remote))
}

// One folder a remote, since one may be called a and another a/b.
function addressFile(repo: Repository, remote: string): string {
  return path.join(repo.commonDir, 'model', 'urls', remote, 'address')
}
