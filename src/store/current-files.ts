import { parsePointer, sha256Name } from '../domain/lfs-pointer.ts'
import type { OutputFile, RunRecord } from '../domain/run.ts'
import { isSafePath } from '../domain/safe-path.ts'
import { contestedPaths, settleFiles } from '../domain/settle-files.ts'
import { readObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'

/** The SHA-256 of nothing: an empty file is an empty blob, and no pointer. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/**
 * Returns records in which every path of the outputs stands once. Files merge as a set, so that a file that was written
 * again after the run was folded stands there twice; the outputs commit has the one that counts. Where it has none of
 * them, since another clone's commit won, all clones choose alike: see {@link settleFiles}.
 */
export async function withCurrentFiles(
  repo: Pick<Repository, 'root'>,
  records: readonly RunRecord[],
): Promise<RunRecord[]> {
  const asked = records.flatMap(({ outputs }) =>
    outputs === undefined ? [] : contestedPaths(outputs.files).map((path) => ({ ...outputs, path })),
  )
  if (asked.length === 0) return [...records]
  const contents = await contentsAt(repo, asked)
  const standing = new Map<string, Map<string, string>>()
  for (const [index, { commit, path }] of asked.entries()) {
    const content = contents[index]
    if (!standing.has(commit)) standing.set(commit, new Map())
    if (content !== undefined) standing.get(commit)!.set(path, content)
  }
  return records.map((record) => {
    const { outputs } = record
    if (outputs === undefined) return record
    return {
      ...record,
      outputs: { ...outputs, files: settleFiles(outputs.files, standing.get(outputs.commit)) },
    }
  })
}

/** As {@link withCurrentFiles}, of one record: its files. */
export async function currentFiles(repo: Pick<Repository, 'root'>, record: RunRecord): Promise<OutputFile[]> {
  const [current] = await withCurrentFiles(repo, [record])
  return current?.outputs?.files ?? []
}

/** Lists the files that count and are not in the outputs commit, since another clone's commit won at a merge. */
export async function unplacedFiles(
  repo: Pick<Repository, 'root'>,
  record: RunRecord | undefined,
): Promise<OutputFile[]> {
  if (record?.outputs === undefined) return []
  const { commit } = record.outputs
  // A record that came from elsewhere may name what no tree of ours is to have.
  const files = (await currentFiles(repo, record)).filter(({ path }) => isSafePath(path))
  const contents = await contentsAt(
    repo,
    files.map(({ path }) => ({ commit, path })),
  )
  return files.filter(({ oid }, index) => contents[index] !== oid)
}

/** Tells whether some path of the outputs is claimed twice. */
export function hasFilesTwice({ outputs }: RunRecord): boolean {
  return outputs !== undefined && contestedPaths(outputs.files).length > 0
}

async function contentsAt(
  repo: Pick<Repository, 'root'>,
  places: readonly { commit: string; path: string }[],
): Promise<(string | undefined)[]> {
  const objects = await readObjects(
    repo,
    places.map(({ commit, path }) => `${commit}:${path}`),
  )
  return objects.map((object) => {
    if (object?.type !== 'blob') return undefined
    const oid = object.size === 0 ? EMPTY : parsePointer(object.content.toString('utf8'))?.oid
    return oid === undefined ? undefined : sha256Name(oid)
  })
}
