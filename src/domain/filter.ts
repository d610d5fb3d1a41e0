/** What a field of a filter belongs to. A dataset is an input of the run. */
export type FieldGroup = 'metric' | 'param' | 'tag' | 'attribute' | 'dataset'

/** What a clause or a sort key looks at, such as `metrics.val/acc`. */
export interface FilterField {
  readonly group: FieldGroup
  /** The name of the metric, param or tag; of an attribute or dataset its canonical name. */
  readonly key: string
}

/** How a clause compares. */
export type FilterOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL'

/** One comparison. */
export interface FilterClause {
  readonly field: FilterField
  readonly operator: FilterOperator
  /** Empty where it only asks whether there is a value. */
  readonly value: number | string | readonly string[]
}

/** A parsed filter: every clause must hold. */
export interface Filter {
  readonly clauses: readonly FilterClause[]
  /** Whether it means exactly what MLflow makes of it, without our conveniences. */
  readonly strict: boolean
}

const PLURAL = {
  metric: 'metrics',
  param: 'params',
  tag: 'tags',
  attribute: 'attributes',
  dataset: 'datasets',
} as const satisfies Record<FieldGroup, string>

/** Writes a filter so that parsing it gives the same filter. */
export function formatFilter(filter: Filter): string {
  return filter.clauses
    .map(({ field, operator, value }) => {
      const right = operator.startsWith('IS ') ? '' : ` ${formatValue(value)}`
      return `${formatField(field)} ${operator}${right}`
    })
    .join(' AND ')
}

/** Writes a field as people type it, its key quoted where it has to be. */
export function formatField({ group, key }: FilterField): string {
  const bare = /^[\w/.:-]+$/.test(key) || /^[\p{L}\p{N}_/.:-]+$/u.test(key)
  return `${PLURAL[group]}.${bare ? key : `\`${key.replaceAll('`', '``')}\``}`
}

function formatValue(value: FilterClause['value']): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return quote(value)
  return `(${value.map(quote).join(', ')})`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
