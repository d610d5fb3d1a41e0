import type { JournalEvent } from './journal-event.ts'
import { maskProse } from './mask-prose.ts'
import { looksSecret } from './secret-name.ts'
import { MASK, maskShapes } from './secret-shapes.ts'
import { maskSecrets, type AllowSecret } from './secrets.ts'

/** What a run takes from people and programs as texts. */
export type Words = Pick<JournalEvent, 'name' | 'notes' | 'params' | 'tags' | 'environment'> & {
  experiment?: string
  command?: string[]
}

const FIELDS = ['name', 'experiment', 'notes', 'params', 'tags', 'environment', 'command'] as const

type Values = Readonly<Record<string, unknown>>

/**
 * Masks what looks like a credential in the words of a run. Numbers and booleans are none.
 *
 * @param isAllowed - tells of a place whether it may be kept: `params.NAME`, `tags.NAME`, `environment.NAME`,
 * `name`, `experiment`, `notes`, `command.--OPTION`, `command.argument N`.
 * @returns the words, and the places that were masked.
 */
export function maskWords<T extends Words>(
  words: T,
  isAllowed: AllowSecret = () => false,
): { words: T; masked: string[] } {
  // Most events are metrics: there are thousands in a batch.
  if (FIELDS.every((field) => words[field] === undefined)) return { words, masked: [] }
  const masked: string[] = []
  const changed: Partial<Words> = {}
  for (const field of ['name', 'experiment', 'notes'] as const) {
    const text = words[field]
    const clean = typeof text === 'string' ? maskProse(text) : text
    if (clean === text || isAllowed(field)) continue
    Object.assign(changed, { [field]: clean })
    masked.push(field)
  }
  for (const field of ['params', 'tags', 'environment'] as const) {
    const clean = maskValues(field, words[field] ?? {}, isAllowed)
    if (clean.masked.length === 0) continue
    Object.assign(changed, { [field]: clean.values })
    masked.push(...clean.masked)
  }
  const command = maskSecrets(words.command ?? [], (place) => isAllowed(`command.${place}`))
  if (command.masked.length > 0) {
    changed.command = command.args
    masked.push(...command.masked.map((place) => `command.${place}`))
  }
  return { words: masked.length === 0 ? words : { ...words, ...changed }, masked }
}

/** Masks the words of an event, before it is written anywhere. As {@link maskWords}. */
export function maskEvent<T extends Omit<JournalEvent, 'time'>>(
  event: T,
  isAllowed?: AllowSecret,
): { event: T; masked: string[] } {
  const { words, masked } = maskWords(event, isAllowed)
  if (event.start === undefined) return { event: words, masked }
  const start = maskWords(event.start, isAllowed)
  return { event: { ...words, start: start.words }, masked: [...new Set([...start.masked, ...masked])] }
}

function maskValues(
  field: string,
  values: Values,
  isAllowed: AllowSecret,
): { values: Values; masked: string[] } {
  const masked: string[] = []
  const entries = Object.entries(values).map(([name, value]) => {
    const cleanName = maskShapes(name)
    const clean = typeof value === 'string' ? maskValue(name, value) : value
    if ((clean === value && cleanName === name) || isAllowed(`${field}.${name}`)) return [name, value]
    masked.push(`${field}.${cleanName}`)
    return [cleanName, clean]
  })
  return { values: Object.fromEntries(entries), masked }
}

function maskValue(name: string, value: string): string {
  return looksSecret(name, value) ? MASK : maskProse(value)
}
