import { withOutputs } from '../domain/apply-events.ts'
import { formatPointer } from '../domain/lfs-pointer.ts'
import { MODEL_FILES } from '../domain/logged-model.ts'
import { ARTIFACTS, type Oid, type OutputFile } from '../domain/run.ts'
import { ObjectWriter, type Mark, type PathChange } from '../git/object-writer.ts'
import type { Repository } from '../git/repository.ts'
import { unplacedFiles } from './current-files.ts'
import type { Folding } from './folding.ts'

/** Commits the new outputs of each run, and those that only the commit of another clone has. Returns the commits that the keep chain must reach. */
export async function commitOutputs(
  repo: Repository,
  identity: string,
  foldings: readonly Folding[],
): Promise<Oid[]> {
  const writer = new ObjectWriter(identity)
  const marks = new Map<Folding, Mark>()
  for (const folding of foldings) {
    if (folding.files.length === 0) continue
    const parent = folding.before?.record.outputs?.commit ?? folding.run
    const files = [...(await unplacedFiles(repo, folding.before?.record)), ...folding.files]
    const message = `outputs: ${folding.state.record.name}\n\nRun: ${folding.run}\n`
    const changes = pointerChanges(writer, files)
    marks.set(folding, writer.commit({ parents: [parent], message, changes }))
  }
  const oidOf = await writer.write(repo)
  const kept: Oid[] = []
  for (const folding of foldings) {
    const mark = marks.get(folding)
    const commit = mark === undefined ? undefined : oidOf(mark)
    if (commit !== undefined) {
      folding.state.record = withOutputs(folding.state.record, commit, folding.files, folding.isNew)
    }
    if (commit !== undefined || folding.isNew) kept.push(commit ?? folding.run)
  }
  return kept
}

function pointerChanges(writer: ObjectWriter, files: readonly OutputFile[]): PathChange[] {
  const changes: PathChange[] = files.map((file) => ({
    path: file.path,
    blob: writer.blob(formatPointer({ oid: file.oid.replace('sha256:', ''), size: file.size })),
  }))
  for (const folder of [ARTIFACTS, MODEL_FILES]) {
    if (!files.some((file) => file.path.startsWith(`${folder}/`))) continue
    const blob = writer.blob(
      '* filter=lfs diff=lfs merge=lfs -text\n.gitattributes !filter !diff !merge text\n',
    )
    changes.push({ path: `${folder}/.gitattributes`, blob })
  }
  return changes
}
