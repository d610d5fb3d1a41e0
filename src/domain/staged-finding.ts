/** What is wrong with what is about to be committed. */
export type StagedRule =
  | 'weights-not-routed'
  | 'weights-raw'
  | 'attributes-not-staged'
  | 'large-binary'
  | 'large-text'
  | 'config-invalid'
  | 'pickle'
  | 'card'
  | 'origin'

/** Something to say of what is about to be committed. */
export interface StagedFinding {
  rule: StagedRule
  /** Whether the commit stops. */
  stops: boolean
  path: string
  message: string
  /** What to type. */
  hints: string[]
}
