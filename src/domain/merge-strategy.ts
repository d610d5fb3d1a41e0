/** What is done with a tensor that more than one side changed. */
export const MERGE_STRATEGIES = [
  'ours',
  'theirs',
  'average',
  'weighted',
  'task-arithmetic',
  'slerp',
  'ties',
  'conflict',
] as const

/** One of {@link MERGE_STRATEGIES}. */
export type MergeStrategy = (typeof MERGE_STRATEGIES)[number]

/** How weights are merged: `weights.merge` of `.gitmodel.yaml`. */
export interface MergeRules {
  /** Default `conflict`. */
  strategy?: MergeStrategy
  /** `weighted`: the parameter or metric of a run that says how many samples it saw. Default `samples`. */
  samples?: string
  /** `task-arithmetic`, `ties`: by what the sum of the changes is multiplied. Default 1. */
  scale?: number
  /** `ties`: the share of a tensor's changes that is kept, the largest ones. Default 0.2. */
  density?: number
  /** `slerp`: where between the first (0) and the second (1). Default 0.5. */
  position?: number
}

/** How tensors are merged, with everything decided. */
export interface MergeMethod {
  strategy: MergeStrategy
  /** Of each input, in their order; as they were given. `average` and `slerp` take no notice. */
  weights: readonly number[]
  scale: number
  density: number
  position: number
}

/** What `weights.merge` is where `.gitmodel.yaml` does not say. */
export const MERGE_DEFAULTS = {
  strategy: 'conflict',
  samples: 'samples',
  scale: 1,
  density: 0.2,
  position: 0.5,
} as const

/** Returns the rules of a configuration, whose short form is the strategy alone. */
export function mergeRules(merge: MergeStrategy | MergeRules | undefined): Required<MergeRules> {
  return { ...MERGE_DEFAULTS, ...(typeof merge === 'string' ? { strategy: merge } : merge) }
}

/** Why a tensor could not be merged. */
export interface TensorConflict {
  name: string
  why: string
}
