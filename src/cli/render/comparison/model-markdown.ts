import type { FileChange, ModelChange } from '../../../domain/comparison.ts'
import { safeText } from '../../../domain/safe-text.ts'
import type { Side } from '../../../domain/side.ts'
import { renderTable } from '../table.ts'
import type { Column } from '../column.ts'
import type { Limits, Omissions } from './limits.ts'
import { clip, codeText, details, escaped } from './markdown-text.ts'
import { cardCommand, cardText, fieldText, fileText, weightsText, writtenFields } from './model-words.ts'
import { plural } from '../../../domain/plural.ts'

/** Writes what became of one model: its weights, file by file, and its card. */
export function modelPart(model: ModelChange, head: Side, limits: Limits, omitted: Omissions): string {
  const { name, path, weights, card } = model
  const written = writtenFields(card)
  const title = name === path ? '' : ` (${escaped(path, limits.text)})`
  const lines = [
    `**${escaped(name, limits.text)}**${title}`,
    '',
    `- weights: ${escaped(weightsText(weights))}`,
    ...fileItems(model, limits, omitted),
    `- card: ${written.length === 0 ? escaped(cardText(model)) : `${plural(written.length, 'field')} changed`}${toType(model, head, limits)}`,
  ]
  if (written.length === 0) return lines.join('\n')
  return `${lines.join('\n')}\n\n${cardTable(model, limits, omitted)}`
}

// A command that was cut, or whose code would end before it does, is none to type.
function toType(model: ModelChange, head: Side, limits: Limits): string {
  const command = safeText(cardCommand(model, head) ?? '')
  return command === '' || command.length > 2 * limits.text || command.includes('`')
    ? ''
    : `: ${codeText(command)}`
}

function cardTable({ name, card }: ModelChange, limits: Limits, omitted: Omissions): string {
  const written = writtenFields(card)
  const columns: Column[] = [{ title: 'field' }, { title: 'base' }, { title: 'head' }]
  const shown = omitted.take(written, limits.fields, 'field')
  const rows = shown.map(({ field, before, after }) =>
    [field, fieldText(before), fieldText(after)].map((text) => clip(text, limits.text)),
  )
  return details(`Card of ${escaped(name, limits.text)}`, renderTable(columns, rows, 'md').trimEnd())
}

function fileItems({ weights }: ModelChange, limits: Limits, omitted: Omissions): string[] {
  const { base, head, files } = weights
  const isAlone = Math.max(base?.files ?? 0, head?.files ?? 0) <= 1
  return omitted.take(files, limits.files, 'file').flatMap((file) => {
    const inside = detailItems(file, limits, omitted)
    return isAlone
      ? inside
      : [`  - ${escaped(file.path, limits.text)}: ${escaped(fileText(file))}`, ...inside]
  })
}

function detailItems({ details: found = [] }: FileChange, limits: Limits, omitted: Omissions): string[] {
  const lines = found.flatMap(({ title, level, lines: said }) =>
    said.map((line) => `  - ${level === 'warning' ? '⚠️ ' : ''}${escaped(`${title}: ${line}`, limits.text)}`),
  )
  return omitted.take(lines, limits.files, 'line')
}
