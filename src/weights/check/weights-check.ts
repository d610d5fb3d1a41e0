import { greatest } from '../../domain/greatest.ts'
import type { PickleContent } from '../pickle/pickle-content.ts'
import type { WeightFormat } from '../weight-format.ts'

/**
 * What can be said of the pickles in a file. None of these words is "safe": `no-pickle`: there is none;
 * `allow-listed`: it imports nothing but what plain tensors need; `unknown-imports`: it imports other names, which
 * loading it would run; `unreadable`: it cannot be followed, or has what cannot be vouched for.
 */
export type Verdict = 'no-pickle' | 'allow-listed' | 'unknown-imports' | 'unreadable'

/** What a weight file would run when it is loaded, as far as it can be told without loading it. */
export interface WeightsCheck {
  format: WeightFormat
  verdict: Verdict
  /** Names that its pickles import and that are not on the allow-list, as `module.name`, sorted. */
  imports: string[]
  /** Why it is unreadable. */
  reason?: string
  /** What else in it runs code, in words: `the Lambda layer "twice"`. */
  code: string[]
}

/** What is said of a part of a file. */
export type PartCheck = Omit<WeightsCheck, 'format'>

/** A file without a pickle. @param code - what else in it runs code. */
export function noPickle(code: string[] = []): PartCheck {
  return { verdict: 'no-pickle', imports: [], code }
}

/** What cannot be vouched for. */
export function unreadable(reason: string): PartCheck {
  return { verdict: 'unreadable', imports: [], reason, code: [] }
}

/** Judges what following pickles showed. */
export function judgePickle({ imports, doubt }: Pick<PickleContent, 'imports' | 'doubt'>): PartCheck {
  if (doubt !== undefined) return { verdict: 'unreadable', imports, reason: doubt, code: [] }
  return { verdict: imports.length > 0 ? 'unknown-imports' : 'allow-listed', imports, code: [] }
}

const RANK: readonly Verdict[] = ['no-pickle', 'allow-listed', 'unknown-imports', 'unreadable']

/** Joins what is said of the parts of a file: the worst verdict holds. */
export function joinChecks(parts: readonly PartCheck[]): PartCheck {
  const verdict =
    RANK[
      greatest(
        parts.map((part) => RANK.indexOf(part.verdict)),
        0,
      )
    ]!
  const reason = parts.find((part) => part.reason !== undefined)?.reason
  return {
    verdict,
    imports: [...new Set(parts.flatMap(({ imports }) => imports))].sort(),
    ...(reason !== undefined && { reason }),
    code: [...new Set(parts.flatMap(({ code }) => code))],
  }
}
