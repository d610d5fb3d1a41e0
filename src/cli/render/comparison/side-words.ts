import type { Side } from '../../../domain/side.ts'
import { PICK_TAG } from '../../../domain/run.ts'
import { safeText } from '../../../domain/safe-text.ts'
import { plural } from '../../../domain/plural.ts'

/** Why a side has the run that it has, or why it has none. */
export function sideReason(side: Side): string {
  if (side.none === 'unfetched') return 'runs were never fetched: git model sync'
  if (side.none === 'unfinished')
    return `${plural(side.candidates, 'run')} belong to it, and none has finished`
  if (side.none === 'edited') return 'only runs with uncommitted changes started from it'
  if (side.none === 'absent') return 'no run belongs to it'
  const reasons = {
    produced: 'produced these weights',
    'same-tree': 'ran exactly this code',
    'same-commit': 'ran from this commit',
    linked: 'linked',
    nearest: `nearest, ${plural(side.distance ?? 0, 'commit')} back`,
  }
  const rule = side.rule === undefined ? '' : reasons[side.rule]
  const more = choiceText(side)
  const dirty =
    side.record?.code.dirty === true && side.rule !== 'same-tree' ? ', with uncommitted changes' : ''
  const empty = Object.keys(side.record?.metrics ?? {}).length === 0 ? ', recorded no metrics' : ''
  return `${rule}${more}${dirty}${statusText(side)}${empty}${groupText(side)}`.replace(/^, /, '')
}

// Why this one of several; one that somebody picked stands though it was not the best, or did not even finish.
function choiceText({ rule, record, candidates }: Side): string {
  if (rule !== undefined && record?.tags?.[PICK_TAG] === true) return ', picked'
  return candidates > 1 ? `, best of ${candidates}` : ''
}

// What a reader would not expect of a run whose numbers stand here.
function statusText({ record }: Side): string {
  if (record === undefined) return ''
  const failed = record.exit?.code === undefined ? ', failed' : `, failed with exit ${record.exit.code}`
  const texts = { finished: '', failed, killed: ', killed', running: ', still running' }
  return `${texts[record.status]}${record.deleted === true ? ', deleted' : ''}`
}

function groupText({ group, record }: Side): string {
  if (group === undefined) return ''
  const param = safeText(group.param)
  if (!Object.hasOwn(record?.params ?? {}, group.param)) return `, has no parameter ${param}`
  const more = group.edited === 0 ? '' : ` (left out: ${group.edited} with uncommitted changes)`
  return group.runs.length === 1
    ? `, no other run differs in ${param} alone${more}`
    : `, mean of ${group.runs.length} runs that differ in ${param} alone${more}`
}

/** What a side is called beside its commit; empty where the label is the commit. */
export function sideLabel({ label, commit }: Side): string {
  return commit.startsWith(label) ? '' : label
}

/** What a side is called in a sentence. */
export function sideName(side: Side): string {
  return safeText(sideLabel(side) || side.commit.slice(0, 12))
}
