import type { Oid } from './run.ts'
import type { Scalar } from './scalar.ts'

/** The version of the card format that this program writes. */
export const CARD_SCHEMA = 'card/v1'

/** The largest card that is read, in characters. */
export const MAX_CARD_LENGTH = 4 * 1024 * 1024

/** How deep maps and lists of a card may nest. */
export const MAX_CARD_DEPTH = 64

/** The members of `card:` in the order in which they are written. */
export const CARD_PARTS = [
  'identity',
  'weights',
  'training',
  'data',
  'evaluation',
  'considerations',
  'environment',
  'conflicts',
  'layout',
  'body',
] as const

/** The path of a field: keys of maps and indices of lists, from the top of the card. */
export type CardPath = readonly (string | number)[]

/** A weight file that a card describes. */
export interface CardWeights {
  /** From the root of the repository, with `/`. */
  path: string
  format?: string | null
  /** `sha256:HEX`, which is the LFS object's name. */
  oid?: string | null
  /** In bytes. */
  size?: number | null
  /** How many tensors. */
  tensors?: number | null
  /** How many numbers, by dtype. */
  parameters?: Record<string, number> | null
}

/** How the weights came to be. A null member is unknown. */
export interface CardTraining {
  run?: Oid | null
  /** The commit of the code. */
  code?: Oid | null
  seed?: Scalar | null
  hyperparameters?: Record<string, Scalar> | null
  hardware?: string | null
  software?: Record<string, Scalar> | null
  /** In seconds. */
  duration?: number | null
  /** How the weights were merged from others, where they were. */
  merge?: CardMerge | null
}

/** How weights were merged. */
export interface CardMerge {
  strategy: string
  /** `sha256:HEX` of each. */
  parents: { oid: string; weight?: number }[]
  /** `sha256:HEX`. */
  base?: string | null
  scale?: number
  density?: number
  position?: number
}

/** One measured value. */
export interface CardEvaluation {
  task?: string | null
  dataset?: string | null
  metric: { type: string; value: number | string | null; [key: string]: unknown }
  date?: string | null
  source?: string | null
  notes?: string | null
}

/** A field that two people changed to different values, kept until somebody decides. */
export interface CardConflict {
  /** The field as `git model card set` spells it, or {@link WHOLE_CARD}. */
  field: string
  /** What each side said. Null where a side took the field away. */
  values: unknown[]
}

/** The field of a conflict between two cards that cannot be compared field by field. */
export const WHOLE_CARD = '*'

/** How the text of a README.md differs from the plain form: UTF-8, `---` fences, one kind of line end. */
export interface CardLayout {
  /** A byte order mark stands first. */
  bom?: true
  /** The body's line ends, where they are not LF. The front matter keeps its own. */
  eol?: 'crlf'
  /** The line that opens the front matter, where it is not `---` alone. */
  open?: string
  /** The line that closes it, where it is not `---` alone. */
  close?: string
  /** The front matter as it was, where it cannot stand in the card as it is (a flow map, say). */
  front?: string
}

/** The strict part of a card, under `card:` (`schemas/card-v1.json`). */
export interface CardDetails {
  identity?: Record<string, unknown>
  weights?: CardWeights[]
  training?: CardTraining
  data?: Record<string, unknown>[]
  evaluation?: CardEvaluation[]
  considerations?: Record<string, unknown>
  environment?: Record<string, unknown>
  conflicts?: CardConflict[]
  layout?: CardLayout
  body?: string
}

/** A card: Hugging Face metadata at the top level, and the strict part under `card`. */
export interface Card {
  schema: string
  card?: CardDetails
  [key: string]: unknown
}

/** Something wrong with a card, and where. */
export interface CardProblem {
  /** The field, as `git model card set` spells it; empty where the text itself is broken. */
  field: string
  message: string
  /** From 1. */
  line?: number
  /** From 1. */
  column?: number
}
