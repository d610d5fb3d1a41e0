import type { CardChange } from '../../../domain/card-fields.ts'
import type { FileContent, ModelChange } from '../../../domain/comparison.ts'
import type { ParamChange } from '../../../domain/compare-part.ts'
import { specOf } from '../../../domain/model-spec.ts'
import type { Side } from '../../../domain/side.ts'
import { treeCommit } from '../../../domain/tree-commit.ts'
import { formatSize } from '../number.ts'
import { plural } from '../../../domain/plural.ts'

const LONGEST = 200

/** `102 kB → 300 kB, sha256:ab12… → sha256:cd34…` */
export function weightsText({ base, head, same, files }: ModelChange['weights']): string {
  if (base === undefined && head === undefined) return 'not in Git LFS'
  if (same && head !== undefined)
    return `unchanged, ${formatSize(head.size)}, sha256:${head.oid.slice(0, 12)}`
  if (Math.max(base?.files ?? 0, head?.files ?? 0) === 1) return fileText({ ...sides(base, head) })
  const size = [base, head].map((side) => (side === undefined ? '–' : formatSize(side.size))).join(' → ')
  return `${size}, ${plural(files.length, 'file')} of ${Math.max(base?.files ?? 0, head?.files ?? 0)} changed`
}

/** What became of one file: sizes and names of its content. */
export function fileText({ base, head }: { base?: FileContent; head?: FileContent }): string {
  if (base === undefined && head !== undefined) return `new, ${formatSize(head.size)}, ${oidText(head)}`
  if (head === undefined && base !== undefined)
    return `removed, was ${formatSize(base.size)}, ${oidText(base)}`
  const size = [base, head].map((side) => formatSize(side?.size ?? 0)).join(' → ')
  return `${size}, ${oidText(base)} → ${oidText(head)}`
}

/**
 * The fields that differ and that a person wrote: weights, training and evaluation are filled in from the run. Where the
 * head has no card, it does not lack this or that field.
 */
export function writtenFields({ base, head, changes }: ModelChange['card']): CardChange[] {
  if (base && !head) return []
  return changes.filter(({ field }) => !/^card\.(?:weights|training|evaluation)\b/.test(field))
}

/** What there is to say of two cards where no written field differs. */
export function cardText({ weights, card: { base, head, changes } }: ModelChange): string {
  if (!base && !head) return 'none'
  if (!head) return isGone(weights) ? 'gone with the weights' : 'none for these weights'
  if (!base) return 'added'
  return changes.length === 0 ? 'unchanged' : 'renewed from the run; nothing else changed'
}

/** The command that writes the card which the weights of the head lack, whatever is checked out. */
export function cardCommand({ name, weights, card }: ModelChange, head: Side): string | undefined {
  if (!card.base || card.head || isGone(weights)) return undefined
  return `git model card new ${specOf({ name, revision: treeCommit(head) })}`
}

function isGone({ base, head }: ModelChange['weights']): boolean {
  return base !== undefined && head === undefined
}

/** A value of a card on one line. */
export function fieldText(value: unknown): string {
  if (value === undefined) return '–'
  if (value === null) return 'unknown'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

/** A parameter's value, or a dash where there is none. */
export function scalarText(value: ParamChange['base']): string {
  return value === undefined ? '–' : String(value)
}

function oidText(content: FileContent | undefined): string {
  return `sha256:${(content?.oid ?? '').slice(0, 12)}`
}

function sides(base?: FileContent, head?: FileContent): { base?: FileContent; head?: FileContent } {
  return { ...(base !== undefined && { base }), ...(head !== undefined && { head }) }
}
