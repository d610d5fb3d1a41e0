import { attributeOf, type AttributeType } from './filter-attribute.ts'
import { matchesLike } from './filter-like.ts'
import type { DatasetView, FilterView } from './filter-view.ts'
import type { Filter, FilterClause, FilterOperator } from './filter.ts'
import { parseNumber } from './number.ts'
import type { Scalar } from './scalar.ts'

const ABBREVIATED = /^[0-9a-f]{4,63}$/

/** Tells whether a run fits a filter. What a run does not have fits `IS NULL` alone, and not even `!=`. */
export function matchesFilter(filter: Filter, view: FilterView): boolean {
  return filter.clauses.every((clause) => matchesClause(clause, view, filter.strict))
}

function matchesClause(clause: FilterClause, view: FilterView, strict: boolean): boolean {
  const { group, key } = clause.field
  if (group === 'dataset') {
    const values = view.datasets.map((dataset) => dataset[key as keyof DatasetView])
    return values.some((value) => value !== undefined && matchesValue(clause, value, 'text', strict))
  }
  const value = view[group](key)
  if (value === undefined) return clause.operator === 'IS NULL'
  if (clause.operator === 'IS NULL') return false
  return (
    clause.operator === 'IS NOT NULL' ||
    matchesValue(clause, value, group === 'attribute' ? attributeOf(key).type : 'text', strict)
  )
}

function matchesValue(clause: FilterClause, actual: Scalar, type: AttributeType, strict: boolean): boolean {
  const { operator, value: wanted } = clause
  if (typeof wanted === 'number') return compareNumber(operator, numberOf(actual), wanted)
  const texts = typeof wanted === 'string' ? [wanted] : wanted
  const isEqual = (text: string): boolean => (strict ? String(actual) === text : sameText(actual, text, type))
  if (operator === '=' || operator === 'IN') return texts.some(isEqual)
  if (operator === '!=' || operator === 'NOT IN') return !texts.some(isEqual)
  return texts.some((text) => matchesLike(String(actual), text, operator === 'ILIKE'))
}

function compareNumber(operator: FilterOperator, actual: number | undefined, wanted: number): boolean {
  if (operator === '!=') return actual === undefined || !sameNumber(actual, wanted)
  if (actual === undefined) return false
  if (operator === '=') return sameNumber(actual, wanted)
  if (operator === '<') return actual < wanted
  if (operator === '<=') return actual <= wanted
  return operator === '>' ? actual > wanted : actual >= wanted
}

// NaN equals NaN here, so that `metrics.loss = nan` finds the runs that diverged.
function sameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

// '1e-3' means the number 0.001, 'True' the boolean true, and an OID may be abbreviated as in git.
function sameText(actual: Scalar, wanted: string, type: AttributeType): boolean {
  const text = String(actual)
  if (text === wanted) return true
  if (typeof actual === 'number') {
    const number = parseNumber(wanted)
    return number !== undefined && sameNumber(actual, number)
  }
  if (typeof actual === 'boolean' || type === 'word') return text.toLowerCase() === wanted.toLowerCase()
  return type === 'oid' && ABBREVIATED.test(wanted) && text.startsWith(wanted)
}

function numberOf(value: Scalar): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? parseNumber(value) : undefined
}
