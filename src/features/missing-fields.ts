import { formatField, type Filter, type FilterField } from '../domain/filter.ts'
import { nearMiss } from '../domain/near-miss.ts'
import type { RunTable } from '../store/run-table.ts'

/** A metric, param or tag that no run has. */
export interface MissingField {
  field: FilterField
  /** What was probably meant. */
  near?: FilterField
  /** What was written behind its name as if it were a part of it. */
  direction?: string
}

type NamedGroup = 'metric' | 'param' | 'tag'

const GROUPS: readonly NamedGroup[] = ['metric', 'param', 'tag']

/**
 * Finds the fields that no run has. Where there are none, nothing is read beyond what the fields themselves took.
 *
 * @param fields - those that the table has prepared.
 */
export function missingFields(runs: RunTable, fields: readonly FilterField[]): MissingField[] {
  if (runs.size === 0) return []
  const missing = new Map<string, MissingField>()
  for (const field of fields) {
    const name = formatField(field)
    if (!runs.has(field) && !missing.has(name)) missing.set(name, { field, ...likely(runs, field) })
  }
  return [...missing.values()]
}

/** Returns the fields of which a filter wants a value: that nothing has it may be what `IS NULL` asks. */
export function askedFields({ clauses }: Filter): FilterField[] {
  return clauses.filter(({ operator }) => operator !== 'IS NULL').map(({ field }) => field)
}

/** Says that no run has a field, and what was probably meant. */
export function missingText({ field, near, direction }: MissingField): string {
  const meant = near && [formatField(near), ...(direction === undefined ? [] : [direction])].join(' ')
  return `no run has ${formatField(field)}${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

// A direction behind a colon, a name of another group, or a slip of the finger.
function likely(runs: RunTable, field: FilterField): Omit<MissingField, 'field'> {
  const [, key = '', direction = ''] = /^(.+):(asc|desc)$/i.exec(field.key) ?? []
  if (key !== '' && runs.has({ ...field, key }))
    return { near: { ...field, key }, direction: direction.toUpperCase() }
  const group = GROUPS.find((each) => runs.has({ ...field, group: each }))
  if (group !== undefined) return { near: { ...field, group } }
  const near = nearMiss(field.key, runs.names(field.group as NamedGroup))
  return near === undefined ? {} : { near: { ...field, key: near } }
}
