import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { refFile } from '../git/broken-refs.ts'
import { statObjects } from '../git/read-objects.ts'
import { listTips, type Tips } from '../git/read-tips.ts'
import { NOTES, RUNNING, SHARED_REFS, trackingRef } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { updateRefs } from '../git/update-refs.ts'
import { remotesOf } from './fetched-remotes.ts'
import { markFolded } from './folded-state.ts'

/** Where a ref stood, and who says so. */
interface Source {
  oid: Oid
  from: string
}

/**
 * Restores a ref whose file is empty or torn: from its reflog, from git's packed refs, or from what a remote had. One that
 * is made of something else goes away: a copy of what a remote has, or the keep chain, which the records name.
 *
 * @returns who said where it stood; undefined where it went away.
 * @throws ModelError `ref-broken` where nothing says what it named.
 */
export async function restoreRef(repo: Repository, ref: string): Promise<{ from: string | undefined }> {
  const source = await findSource(repo, ref)
  if (source === undefined && ref.startsWith(NOTES)) throw nothingLeft(repo, ref)
  rmSync(refFile(repo, ref), { force: true })
  if (source !== undefined) {
    const from = (await listTips(repo)).tips.get(ref)
    await updateRefs(repo, [{ ref, from, to: source.oid }], 'git-model: restore')
  }
  // What remotes have may be newer, and is to be folded in again.
  markFolded(repo.commonDir, '')
  return { from: source?.from }
}

async function findSource(repo: Repository, ref: string): Promise<Source | undefined> {
  const { tips } = await listTips(repo)
  const sources = [...logged(repo, ref), ...itself(ref), ...packed(repo, ref), ...fetched(tips, ref)]
  const stats = await statObjects(
    repo,
    sources.map(({ oid }) => oid),
  )
  return sources.find((_source, index) => stats[index]?.type === 'commit')
}

// The newest first. A line: "OLD NEW who when", a tab, why.
function logged({ commonDir }: Repository, ref: string): Source[] {
  const lines = readText(path.join(commonDir, 'logs', ref))
    .split('\n')
    .reverse()
  return lines.flatMap((line) => {
    const oid = /^[0-9a-f]{40,64} ([0-9a-f]{40,64}) /.exec(line)?.[1]
    return oid === undefined ? [] : [{ oid, from: 'its reflog' }]
  })
}

// The ref of a run that goes on is called as the commit that it keeps.
function itself(ref: string): Source[] {
  return ref.startsWith(RUNNING) ? [{ oid: ref.slice(RUNNING.length), from: 'its name' }] : []
}

function packed({ commonDir }: Repository, ref: string): Source[] {
  const lines = readText(path.join(commonDir, 'packed-refs')).split('\n')
  const line = lines.find((one) => one.endsWith(` ${ref}`))
  return line === undefined ? [] : [{ oid: line.slice(0, line.indexOf(' ')), from: 'an older state of it' }]
}

function fetched(tips: Tips, ref: string): Source[] {
  const shared = SHARED_REFS.find((one) => one === ref)
  if (shared === undefined) return []
  return remotesOf(tips).flatMap((remote) => {
    const oid = tips.get(trackingRef(remote, shared))
    return oid === undefined ? [] : [{ oid, from: `what ${remote} had` }]
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function nothingLeft(repo: Repository, ref: string): ModelError {
  return new ModelError('ref-broken', `no reflog and no remote says what ${ref} named`, {
    hints: [
      'git fsck --lost-found   (shows commits that no ref names)',
      `then: rm "${refFile(repo, ref)}" && git update-ref ${ref} COMMIT`,
    ],
    data: { ref },
  })
}
