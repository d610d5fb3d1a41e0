import { editEntity, type RegisteredModel } from './entity.ts'
import { escapeKey, flatten } from './flatten.ts'
import { greatest } from './greatest.ts'

/**
 * Gives those versions of ours a new number whose number a published version has already: two clones may take one at
 * the same time, and the one that nobody else has seen yet moves on. Aliases move along.
 *
 * @param ours - not published yet, where it differs from `theirs`.
 * @param theirs - as the remote has it.
 */
export function settleVersions(ours: RegisteredModel, theirs: RegisteredModel): RegisteredModel {
  const [mine, published] = [ours.versions ?? {}, theirs.versions ?? {}]
  const taken = Object.keys(mine).filter((number) => {
    return Object.hasOwn(published, number) && published[number]!.id !== mine[number]!.id
  })
  if (taken.length === 0) return ours
  const numbers = [...Object.keys(mine), ...Object.keys(published)].map(Number)
  let next = greatest(numbers)
  const moves = new Map(
    taken.sort((a, b) => Number(a) - Number(b)).map((from) => [from, String((next += 1))]),
  )
  const moved = editEntity(ours, (registers) => {
    for (const [from, to] of moves) {
      for (const [path, value] of flatten({ ...mine[from]! })) registers.set(`versions/${to}/${path}`, value)
    }
    for (const [alias, number] of Object.entries(ours.aliases ?? {})) {
      const to = moves.get(number)
      if (to !== undefined) registers.set(`aliases/${escapeKey(alias)}`, to)
    }
  })
  return withoutVersions(moved, taken)
}

// The number belongs to the published version: nothing of ours may speak for it, not even a tombstone.
function withoutVersions(model: RegisteredModel, taken: readonly string[]): RegisteredModel {
  const edits = Object.entries(model.edits ?? {}).filter(([path]) => !isBelow(path, taken))
  const versions = Object.entries(model.versions ?? {}).filter(([number]) => !taken.includes(number))
  return { ...model, versions: Object.fromEntries(versions), edits: Object.fromEntries(edits) }
}

function isBelow(path: string, numbers: readonly string[]): boolean {
  return numbers.some((number) => path.startsWith(`versions/${number}/`))
}
