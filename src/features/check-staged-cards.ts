import type { Config } from '../domain/config.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { Oid } from '../domain/run.ts'
import type { StagedFinding } from '../domain/staged-finding.ts'
import { readNotes } from '../git/notes.ts'
import { readTips } from '../git/read-tips.ts'
import { CARDS_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { gitLine } from '../git/run-git.ts'
import type { StagedFile } from '../git/staged-files.ts'

/**
 * Finds models that need a card (`card: required`) and whose staged weights have none. A card can be written
 * after the commit as well, since it hangs on the weights: nothing stops.
 */
export async function checkStagedCards(
  repo: Repository,
  files: readonly StagedFile[],
  config: Config,
): Promise<StagedFinding[]> {
  const changed = Object.entries(config.models ?? {}).filter(
    ([, model]) => model.card === 'required' && files.some((file) => isPartOf(file.path, model.path)),
  )
  if (changed.length === 0) return []
  const targets = await Promise.all(changed.map(([, model]) => stagedObject(repo, model.path, files)))
  const known = targets.filter((target) => target !== undefined)
  const notes = await readNotes(repo, (await readTips(repo)).get(CARDS_NOTES), known)
  return changed.flatMap(([name, model], index) => {
    const target = targets[index]
    return target === undefined || notes.has(target) ? [] : [missingCard(name, model.path)]
  })
}

function isPartOf(file: string, model: string): boolean {
  return file === model || file.startsWith(`${model}/`)
}

async function stagedObject(
  repo: Repository,
  model: string,
  files: readonly StagedFile[],
): Promise<Oid | undefined> {
  const file = files.find(({ path }) => path === model)
  if (file !== undefined) return file.oid
  const tree = await gitLine(repo, ['write-tree', `--prefix=${model}/`], { ok: [0, 128] })
  return tree === '' ? undefined : tree
}

function missingCard(name: string, path: string): StagedFinding {
  return {
    rule: 'card',
    stops: false,
    path,
    message: `the weights of ${name} change, and the new ones have no card yet`,
    hints: [`${formatCommand('git', 'model', 'card', 'new', name)}   (before or after the commit)`],
  }
}
