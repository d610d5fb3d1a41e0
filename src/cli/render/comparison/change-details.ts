import type { FileDetail } from '../../../domain/comparison.ts'
import { fromStored } from '../../../domain/number.ts'
import type { LayerChange, WeightsDiff } from '../../../domain/weights-diff.ts'
import type { InspectedChange } from '../../../features/inspect-change.ts'
import { verdictParts } from '../weights-check.ts'
import { numberText, oddTexts, summaryText } from '../weights-diff.ts'

const LAYERS = 5

/** Says what a reviewer should know of a weight file that differs: what loading it runs, and which layers moved. */
export function changeDetails({ check, isSuspect, diff, absent }: InspectedChange): FileDetail[] {
  const details: FileDetail[] = []
  if (check !== undefined && isSuspect)
    details.push({ level: 'warning', title: 'runs code when it is loaded', lines: verdictParts(check) })
  if (diff !== undefined) details.push(...describeTensors(diff))
  if (absent.length > 0)
    details.push({
      level: 'info',
      title: 'not looked into',
      lines: [`the content of ${absent.join(' and ')} is not in this clone: git lfs fetch --all`],
    })
  return details
}

function describeTensors(diff: WeightsDiff): FileDetail[] {
  const odd = oddTexts(diff)
  const layers = layersText(diff.layers)
  return [
    { level: 'info', title: 'tensors', lines: [summaryText(diff), ...(layers === '' ? [] : [layers])] },
    ...(odd.length === 0 ? [] : [{ level: 'warning' as const, title: 'not numbers', lines: odd }]),
  ]
}

/** `moved most: fc1 0.31, fc2 0.12` */
function layersText(layers: readonly LayerChange[]): string {
  const moved = layers
    .flatMap(({ name, move }) => (move?.relative === undefined ? [] : [{ name, relative: move.relative }]))
    .filter(({ relative }) => fromStored(relative) !== 0)
    .sort((a, b) => fromStored(b.relative) - fromStored(a.relative))
  if (moved.length === 0) return ''
  return `moved most: ${moved
    .slice(0, LAYERS)
    .map(({ name, relative }) => `${name} ${numberText(relative)}`)
    .join(', ')}`
}
