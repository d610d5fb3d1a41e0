import type { Config } from './config.ts'

/** Where a rule stands. */
export interface RuleSource {
  /** Whose `.gitmodel.yaml` it is. */
  side: 'base' | 'head'
  /** The way to it, such as `metrics.val/acc.tolerance`. */
  path: string
  /** Counted from 1; absent where the rule holds without being written. */
  line?: number
}

/** `.gitmodel.yaml` of one side, and where its parts stand. */
export interface Rules {
  side: 'base' | 'head'
  config: Config
  /** What is wrong with the file, where nobody can read it; then there are no rules. */
  unreadable?: string
  /** Returns the line, counted from 1, of what stands at a path. */
  lineOf: (path: readonly string[]) => number | undefined
}

/** Returns where a rule stands. */
export function sourceOf({ side, lineOf }: Rules, path: readonly string[]): RuleSource {
  const line = lineOf(path)
  return { side, path: path.join('.'), ...(line !== undefined && { line }) }
}
