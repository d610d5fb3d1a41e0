import type { Scalar } from '../../domain/scalar.ts'

/** A tag, a param or an alias as MLflow sends it. */
export interface KeyValue {
  readonly key: string
  readonly value: string
}

/** Writes values as MLflow does: every one is a text. */
export function toKeyValues(values: Iterable<readonly [string, Scalar]>): KeyValue[] {
  return [...values].map(([key, value]) => ({ key, value: String(value) }))
}
