import { ModelError } from '../domain/errors.ts'
import { MERGE_DEFAULTS, type MergeStrategy } from '../domain/merge-strategy.ts'

/** The numbers by which weights are merged. */
export interface MergeNumbers {
  strategy: MergeStrategy
  weights?: readonly number[]
  scale?: number
  density?: number
  position?: number
}

type Setting = Exclude<keyof MergeNumbers, 'strategy'>

const TAKEN_BY: Readonly<Record<Setting, readonly MergeStrategy[]>> = {
  weights: ['weighted', 'task-arithmetic', 'ties'],
  scale: ['task-arithmetic', 'ties'],
  density: ['ties'],
  position: ['slerp'],
}

/**
 * Checks the numbers of a merge by hand.
 *
 * @param inputs - how many there are.
 * @throws ModelError `argument-invalid` for a number that is out of its range, and for one that would be passed over.
 */
export function checkMergeNumbers(numbers: MergeNumbers, inputs: number): void {
  const { strategy, weights, density = MERGE_DEFAULTS.density, position = MERGE_DEFAULTS.position } = numbers
  checkTaken(numbers)
  if (weights !== undefined && weights.length !== inputs)
    throw wrong(`${weights.length} weights for ${inputs} inputs`, 'give --weight once for each input')
  const sum = weights?.reduce((all, weight) => all + weight, 0) ?? 1
  if (!Number.isFinite(sum)) throw wrong('the weights are too large to be added up', 'give smaller ones')
  if (strategy === 'weighted' && sum === 0)
    throw wrong('the weights add up to 0', 'give weights that add up to something else')
  if (position < 0 || position > 1)
    throw wrong(
      `--position ${position} is not between the two inputs`,
      'from --position 0, the first, over 0.5, halfway, to --position 1, the second',
    )
  if (density <= 0 || density > 1)
    throw wrong(
      `--density ${density} is no share of the changes`,
      '--density 0.2 keeps a fifth of them, --density 1 all',
    )
}

function checkTaken(numbers: MergeNumbers): void {
  for (const [setting, strategies] of Object.entries(TAKEN_BY)) {
    if (numbers[setting as Setting] === undefined || strategies.includes(numbers.strategy)) continue
    const flag = setting === 'weights' ? '--weight' : `--${setting}`
    throw wrong(
      `${numbers.strategy} takes no ${flag}`,
      `leave it out, or: ${strategies.map((strategy) => `--strategy ${strategy}`).join(', ')}`,
    )
  }
}

function wrong(message: string, hint: string): ModelError {
  return new ModelError('argument-invalid', message, { hints: [hint] })
}
