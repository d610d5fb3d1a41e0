import { invalid } from './protocol-error.ts'

const NAMES = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const

/** Reads which lifecycle stages are asked for, and tells of one that is deleted or not whether it is among them. */
export function readViewType(value: unknown): (deleted: boolean) => boolean {
  const known = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  const name =
    typeof known === 'number' ? NAMES[known - 1] : NAMES.find((each) => each === (known ?? 'ACTIVE_ONLY'))
  if (name === undefined) throw invalid(`Invalid value ${JSON.stringify(value)} for a view type supplied.`)
  if (name === 'ALL') return () => true
  return (deleted) => deleted === (name === 'DELETED_ONLY')
}
