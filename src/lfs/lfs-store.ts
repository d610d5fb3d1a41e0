import path from 'node:path'

/** The places on disk where Git LFS content of a repository is. */
export interface LfsStore {
  /** git-lfs's own store (`lfs.storage`, by default `<common git directory>/lfs`). */
  readonly root: string
  /** Hard links to objects that no remote has yet, safe from `git lfs prune`. */
  readonly pins: string
}

/** Returns where an object stands in the store (git-lfs, `docs/spec.md`). */
export function objectPath(store: LfsStore, oid: string): string {
  return path.join(store.root, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid)
}

/** Returns where an object's pin stands. */
export function pinPath(store: LfsStore, oid: string): string {
  return path.join(store.pins, oid)
}

/**
 * Returns the store of a repository.
 *
 * @param storage - the value of `lfs.storage`; a relative one counts from the common git directory.
 */
export function lfsStore(commonDir: string, storage: string | undefined): LfsStore {
  return {
    root: storage === undefined ? path.join(commonDir, 'lfs') : path.resolve(commonDir, storage),
    pins: path.join(commonDir, 'model', 'pins'),
  }
}
