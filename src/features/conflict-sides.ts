import type { CardConflict } from '../domain/card.ts'
import { sameValue } from '../domain/card-value.ts'
import { committerIdentity } from '../git/object-writer.ts'
import { parseCard } from '../schema/card-document.ts'
import { conflictsOf } from '../schema/merge-cards.ts'
import { cardHistoryOf, type CardHistoryEntry } from './card-history.ts'
import { requireCard, type FoundCard } from './find-card.ts'

/** One of the values of a conflict, and who wrote it. */
export interface ConflictValue {
  /** Null where a side took the field away, or marked it unknown. */
  value: unknown
  /** Whether the side took the field away. */
  removed: boolean
  /** `ours`: written by the person that git knows here. Undefined where the history does not tell. */
  side: 'ours' | 'theirs' | undefined
  author: string | undefined
  /** ISO 8601. */
  date: string | undefined
}

/** A field that was changed to different values, with what is known of each. */
export interface ConflictSides {
  field: string
  values: ConflictValue[]
  /** What all of them were made from; undefined where they were not made from one value, or nothing tells. */
  base: { value: unknown; removed: boolean } | undefined
}

/** Lists the conflicts of a model's card. @throws ModelError `card-missing`, `weights-absent`. */
export async function conflictSides(found: FoundCard): Promise<ConflictSides[]> {
  const parsed = parseCard(requireCard(found))
  const conflicts = 'document' in parsed ? conflictsOf(parsed.document) : []
  if (conflicts.length === 0) return []
  const entries = (await cardHistoryOf(found)).filter(({ target }) => target === found.model.target)
  const email = emailOf(await committerIdentity(found.store.repo))
  return conflicts.map((conflict) => toSides(conflict, entries, email))
}

interface Written {
  before: { value: unknown; removed: boolean }
  removed: boolean
  author: string
  date: string
}

function toSides(
  { field, values }: CardConflict,
  entries: readonly CardHistoryEntry[],
  email: string,
): ConflictSides {
  const written = values.map((value) => findWriter(field, value, entries))
  const [first, ...others] = written.filter((one) => one !== undefined).map(({ before }) => before)
  const isShared = first !== undefined && others.every(({ value }) => sameValue(value, first.value))
  return {
    field,
    base: isShared && !values.some((value) => sameValue(value, first.value)) ? first : undefined,
    values: values.map((value, index) => {
      const by = written[index]
      return {
        value,
        removed: by?.removed ?? value === null,
        side: by === undefined ? undefined : emailOf(by.author) === email ? 'ours' : 'theirs',
        author: by?.author,
        date: by?.date,
      }
    }),
  }
}

// The newest change that gave the field this value.
function findWriter(
  field: string,
  value: unknown,
  entries: readonly CardHistoryEntry[],
): Written | undefined {
  for (const { changes, author, date } of entries) {
    const change = changes.find((one) => one.field === field && sameValue(one.after ?? null, value))
    if (change === undefined) continue
    const before = { value: change.before ?? null, removed: !('before' in change) }
    return { before, removed: !('after' in change), author, date }
  }
  return undefined
}

function emailOf(identity: string): string {
  return /<([^>]*)>/.exec(identity)?.[1] ?? identity
}
