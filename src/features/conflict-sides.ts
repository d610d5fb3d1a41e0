import { WHOLE_CARD, type CardConflict } from '../domain/card.ts'
import { sameValue } from '../domain/card-value.ts'
import { committerIdentity } from '../git/object-writer.ts'
import { parseCard } from '../schema/card-document.ts'
import { conflictsOf } from '../schema/merge-cards.ts'
import { newestVersion } from './card-past.ts'
import { requireCard, type FoundCard } from './find-card.ts'
import { valueWriters, type FieldValue, type ValueWriter, type WrittenValue } from './value-writers.ts'

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
  /** Whether the author is not known because the history of a shallow clone ends before. */
  isCut: boolean
}

/** A field that was changed to different values, with what is known of each. */
export interface ConflictSides {
  field: string
  values: ConflictValue[]
  /** What all of them were made from; undefined where they were not made from one value, or nothing tells. */
  base: FieldValue | undefined
}

/** Lists the conflicts of a model's card. @throws ModelError `card-missing`, `weights-absent`. */
export async function conflictSides(found: FoundCard): Promise<ConflictSides[]> {
  const parsed = parseCard(requireCard(found))
  const conflicts = 'document' in parsed ? conflictsOf(parsed.document) : []
  if (conflicts.length === 0) return []
  const newest = await newestVersion(found)
  const email = emailOf(await committerIdentity(found.store.repo))
  const sides: ConflictSides[] = []
  for (const { field, values } of conflicts) {
    const written: WrittenValue[] = []
    for (const value of values)
      written.push(newest === undefined ? UNKNOWN : await valueWriters(newest, field, value))
    sides.push(toSides({ field, values }, written, email))
  }
  return sides
}

const UNKNOWN: WrittenValue = { writers: [], isCut: false }

function toSides(
  { field, values }: CardConflict,
  written: readonly WrittenValue[],
  email: string,
): ConflictSides {
  const writers = written.map((one) => chooseWriter(one, email))
  return {
    field,
    base: field === WHOLE_CARD ? undefined : sharedBase(values, writers),
    values: values.map((value, index) => {
      const by = writers[index]
      return {
        value,
        removed: by?.removed ?? value === null,
        side: by === undefined ? undefined : emailOf(by.author) === email ? 'ours' : 'theirs',
        author: by?.author,
        date: by?.date,
        isCut: by === undefined && written[index]!.isCut,
      }
    }),
  }
}

// What two people wrote is ours where one of them is who asks.
function chooseWriter({ writers }: WrittenValue, email: string): ValueWriter | undefined {
  const newest = writers.toSorted((a, b) => Date.parse(b.date) - Date.parse(a.date))
  return newest.find(({ author }) => emailOf(author) === email) ?? newest[0]
}

function sharedBase(
  values: readonly unknown[],
  writers: readonly (ValueWriter | undefined)[],
): FieldValue | undefined {
  const first = writers[0]?.before
  if (first === undefined) return undefined
  if (!writers.every((writer) => writer && sameValue(writer.before.value, first.value))) return undefined
  return values.some((value) => sameValue(value, first.value)) ? undefined : first
}

function emailOf(identity: string): string {
  return /<([^>]*)>/.exec(identity)?.[1] ?? identity
}
