import type { StoredNumber } from './number.ts'
import type { RuleSource } from './rules.ts'

/** Which kind of rule of `.gitmodel.yaml` a change breaks. */
export type GateRule =
  | 'worse'
  | 'min'
  | 'max'
  | 'no-record'
  | 'no-value'
  | 'model'
  | 'card'
  | 'card-field'
  | 'license'

/** A rule that does not hold. */
export interface GateFailure {
  rule: GateRule
  /** The metric or the model that it is about; absent for a side without a record. */
  subject?: string
  /** The model whose runs it is about, where models have runs of their own. */
  model?: string
  side: 'base' | 'head'
  base?: StoredNumber
  head?: StoredNumber
  /** The tolerance or the bound. */
  limit?: number
  /** The field of a card. */
  field?: string
  /** What stands in place of what is asked for. */
  found?: string
  /** The licences that are allowed. */
  allowed?: string[]
  source: RuleSource
}
