import type { CardPath } from './card.ts'
import { ModelError } from './errors.ts'

const STEP = /(?:^|(?!^)\.)([^.[\]"]+)|\[(\d{1,6})\]|(?:(?!^)\.)?\["((?:[^"\\]|\\.)*)"\]/y

/**
 * Parses the name of a field: `license`, `card.identity.version`, `tags[0]`, `card.training.hyperparameters["lr.base"]`.
 *
 * @throws ModelError `argument-invalid`.
 */
export function parseCardPath(text: string): (string | number)[] {
  const path: (string | number)[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text)
    if (match === null) throw badPath(text)
    path.push(toStep(text, match))
  }
  if (path.length === 0 || typeof path[0] === 'number') throw badPath(text)
  return path
}

/** Writes a path as {@link parseCardPath} reads it. */
export function formatCardPath(path: CardPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (step === '' || /[.[\]"=\p{Cc}]|[+-]$/u.test(step)) text += `[${JSON.stringify(step)}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

function toStep(text: string, [, plain, index, quoted]: RegExpExecArray): string | number {
  if (plain !== undefined) return plain
  if (index !== undefined) return Number(index)
  try {
    return JSON.parse(`"${quoted}"`) as string
  } catch {
    throw badPath(text)
  }
}

function badPath(text: string): ModelError {
  return new ModelError('argument-invalid', `"${text}" does not name a field of a card`, {
    hints: [
      'name it like license, card.identity.version, tags[0] or card.training.hyperparameters["lr.base"]',
    ],
    data: { field: text },
  })
}
