import { fileInvalid } from './file-invalid.ts'
import { MAX_POINTS, type MetricTable } from './metric-table.ts'

/**
 * Checks that a file does not hold more points than a run's history can.
 *
 * @throws ModelError `metric-file-invalid`.
 */
export function checkCount(file: string, table: MetricTable): void {
  if (table.count <= MAX_POINTS) return
  const hint = 'log fewer points, every tenth step for example, and keep the whole file with --output'
  throw fileInvalid(file, `there are more than ${MAX_POINTS} values`, undefined, hint)
}
