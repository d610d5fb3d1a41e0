import { parsePointer, sha256Name } from '../../domain/lfs-pointer.ts'
import type { OutputFile, RunRecord } from '../../domain/run.ts'
import { readObjects } from '../../git/read-objects.ts'
import type { Repository } from '../../git/repository.ts'

/**
 * Returns records in which every path of the outputs stands once. Files merge as a set, so that a file that was written
 * again after the run was folded stands there twice; the outputs commit has the one that counts.
 */
export async function withCurrentFiles(
  repo: Repository,
  records: readonly RunRecord[],
): Promise<RunRecord[]> {
  const asked = records.flatMap(({ outputs }) =>
    outputs === undefined ? [] : listTwice(outputs.files).map((path) => `${outputs.commit}:${path}`),
  )
  if (asked.length === 0) return [...records]
  const objects = await readObjects(repo, asked)
  const current = new Map(
    asked.map((name, index) => [name, parsePointer(objects[index]?.content.toString('utf8') ?? '')?.oid]),
  )
  return records.map((record) => {
    const { outputs } = record
    if (outputs === undefined) return record
    const files = outputs.files.filter(({ path, oid }) => {
      const name = current.get(`${outputs.commit}:${path}`)
      return name === undefined || oid === sha256Name(name)
    })
    return { ...record, outputs: { ...outputs, files } }
  })
}

/** Tells whether some path of the outputs stands there twice. */
export function hasFilesTwice({ outputs }: RunRecord): boolean {
  return outputs !== undefined && listTwice(outputs.files).length > 0
}

function listTwice(files: readonly OutputFile[]): string[] {
  const seen = new Set<string>()
  return files.flatMap(({ path }) => {
    if (seen.has(path)) return [path]
    seen.add(path)
    return []
  })
}
