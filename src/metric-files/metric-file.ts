import type { Scalar } from '../domain/scalar.ts'
import type { Point } from '../domain/series.ts'

/** What a metric file says. */
export interface MetricFile {
  /** Present where the file has a part of that name. */
  params?: Record<string, Scalar>
  /** The points of each metric in the order of the file; the last of the greatest step is its final value. */
  metrics: Record<string, Point[]>
  /** Columns and members that are no metrics, because they hold no number or have no fit name. */
  ignored: string[]
}

/** How the values of a metric file are written. */
export type MetricFormat = 'json' | 'jsonl' | 'yaml' | 'csv'
