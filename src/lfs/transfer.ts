import { existsSync } from 'node:fs'
import { ModelError } from '../domain/errors.ts'
import { readRemoteTrouble } from '../domain/remote-trouble.ts'
import { maskShapes } from '../domain/secret-shapes.ts'
import { objectPath, type LfsStore } from './lfs-store.ts'
import { restorePinned } from './pin.ts'
import { runLfs } from './run-lfs.ts'

const CHUNK = 200

/**
 * Uploads objects to a remote. Their pins stay: the remote may refuse the records that name them, and then nothing there
 * keeps them.
 *
 * @param oids - SHA-256 names of objects that are here, or pinned.
 * @throws ModelError `lfs-missing`, `lfs-failed`.
 */
export async function uploadObjects(root: string, remote: string, oids: readonly string[]): Promise<void> {
  for (let at = 0; at < oids.length; at += CHUNK) {
    const part = oids.slice(at, at + CHUNK)
    const result = await runLfs(root, ['push', '--object-id', remote, ...part])
    if (result.exitCode !== 0) throw uploadFailure(remote, result.stderr)
  }
}

/** Tells whether an object's content is here, bringing it back from its pin if need be. */
export function hasObject(store: LfsStore, oid: string): boolean {
  return existsSync(objectPath(store, oid)) || restorePinned(store, oid)
}

/**
 * Downloads the objects that a commit's pointers name.
 *
 * @param include - paths in the commit; all when empty.
 * @throws ModelError `lfs-missing`, `lfs-failed`.
 */
export async function fetchObjects(
  root: string,
  remote: string,
  commit: string,
  include: readonly string[],
): Promise<void> {
  const paths = include.map((path) => path.replaceAll(/[[\]*?,\\]/g, '?')).join(',')
  const filter = paths === '' ? [] : ['--include', paths, '--exclude', '']
  const result = await runLfs(root, ['fetch', remote, commit, ...filter])
  if (result.exitCode === 0) return
  const { said, hint } = readRemoteTrouble(result.stderr, remote)
  throw new ModelError('lfs-failed', `the content could not be fetched from "${remote}": ${said}`, {
    hints: [...(hint === undefined ? [] : [hint]), `git lfs fetch ${remote} ${commit.slice(0, 12)}`],
    data: { remote, stderr: maskShapes(result.stderr).slice(0, 2000) },
  })
}

function uploadFailure(remote: string, stderr: string): ModelError {
  const { said, hint } = readRemoteTrouble(stderr, remote)
  return new ModelError('lfs-failed', `weights could not be uploaded to "${remote}": ${said}`, {
    hints: [
      ...(hint === undefined ? [] : [hint]),
      'nothing is lost, they stay pinned here; try again: git model sync',
    ],
    data: { remote, stderr: maskShapes(stderr).slice(0, 2000) },
  })
}
