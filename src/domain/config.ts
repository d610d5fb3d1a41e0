import type { MergeRules, MergeStrategy } from './merge-strategy.ts'

/** Which direction of a metric is better. */
export type Goal = 'max' | 'min'

/** What `.gitmodel.yaml` says of one metric. */
export interface MetricConfig {
  goal?: Goal
  /** The metric that ranks runs. At most one is primary. */
  primary?: boolean
  /** Allowed worsening: absolute (`0.002`) or relative to the base (`"1%"`). Default 0. */
  tolerance?: number | string
  /** Absolute lower bound for the gate. */
  min?: number
  /** Absolute upper bound for the gate. */
  max?: number
  /** Whether the gate fails when a side has no value. Default true for every metric that is configured. */
  required?: boolean
}

/** What `.gitmodel.yaml` says of one model. */
export interface ModelConfig {
  /** A file or folder, relative to the root, with `/`. */
  path: string
  /** Default `warn`. */
  card?: 'required' | 'warn' | 'off'
  /** Fields that its card must have filled in, as `git model card set` spells them. */
  fields?: string[]
  /** The licences that its card may name. */
  license?: string | string[]
}

/** What `.gitmodel.yaml` says of the gate itself. */
export interface GateConfig {
  /** Whether the base must have a run to compare with. Default `required`. */
  base?: 'required' | 'optional'
  /**
   * What becomes of a change that the rules of the base forbid and its own allow. Read from the base, so that no change
   * can decide it for itself. Default `warn`.
   */
  loosened?: 'warn' | 'fail'
}

/** What `.gitmodel.yaml` says of weight files. */
export interface WeightsConfig {
  patterns?: string[]
  /** The largest binary allowed outside LFS: bytes, or a text such as `5 MB`. Default 5 MB. */
  largest?: number | string
  pickle?: 'allow' | 'warn' | 'deny'
  /** How git merges weights: a strategy, or one with its settings. Default `conflict`. */
  merge?: MergeStrategy | MergeRules
}

/** `.gitmodel.yaml`, validated by `schemas/config-v1.json`. */
export interface Config {
  models?: Record<string, ModelConfig>
  metrics?: Record<string, MetricConfig>
  gate?: GateConfig
  weights?: WeightsConfig
  snapshot?: 'all' | 'default' | 'tracked' | 'none'
  secrets?: {
    /** What is kept although it looks like a credential: patterns of places, such as `params.tokenizer_key`. */
    allow?: string[]
  }
  sync?: {
    /** What a failed push of metadata does to `git push`. Default `warn`. */
    push?: 'off' | 'warn' | 'block'
    /** Below which name metadata stands on remotes, such as `refs/heads/git-model`. Default: the names it has here. */
    prefix?: string
  }
}

/** The file's name, at the root of the repository. */
export const CONFIG_FILE = '.gitmodel.yaml'

/** The largest binary outside LFS when `.gitmodel.yaml` does not say, in bytes. */
export const DEFAULT_LARGEST = 5_000_000

/** Parses a size such as `5 MB`, `1 GiB` or `100000` into bytes; undefined when it is not one. */
export function parseSize(size: number | string): number | undefined {
  if (typeof size === 'number') return size
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kMGT]i?)?B?\s*$/i.exec(size)
  if (match === null) return undefined
  const unit = (match[2] ?? '').toLowerCase()
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.charAt(0))
  return Math.round(Number(match[1]) * (unit.endsWith('i') ? 1024 : 1000) ** power)
}

/** Returns the name of the primary metric, or of the only one that has a goal. */
export function primaryMetric(config: Config): string | undefined {
  const entries = Object.entries(config.metrics ?? {})
  const primary = entries.find(([, metric]) => metric.primary === true)
  if (primary !== undefined) return primary[0]
  const withGoal = entries.filter(([, metric]) => metric.goal !== undefined)
  return withGoal.length === 1 ? withGoal[0]![0] : undefined
}
