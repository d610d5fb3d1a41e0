import type { OutputFile, RunRecord } from './run.ts'

/** Returns the output files of a run that were not taken away since. What was stays in its outputs commit. */
export function presentFiles({
  outputs,
  removed = {},
}: Pick<RunRecord, 'outputs' | 'removed'>): OutputFile[] {
  return (outputs?.files ?? []).filter(({ path }) => !Object.hasOwn(removed, path))
}
