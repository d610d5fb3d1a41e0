import { isMap } from 'yaml'
import type { Pair, YAMLMap } from 'yaml'
import type { CardPath } from '../domain/card.ts'
import { valueAt } from '../domain/card-value.ts'
import { findPair, startOf, type CardDocument } from './card-document.ts'
import { columnOf, lineEndOf } from './card-slot.ts'

/** A key with its value as they are written, and the comments above it. */
export interface CardChunk {
  /** Where its value stands; undefined for text that belongs to no key. */
  path: CardPath | undefined
  text: string
  value: unknown
}

/**
 * Takes the text of a card apart into its keys: those of the top level, and those of `card:`. The texts joined
 * are the text.
 */
export function cardChunks(document: CardDocument): Map<string, CardChunk> {
  const chunks = new Map<string, CardChunk>()
  let at = 0
  const take = (name: string, to: number, path?: CardPath): void => {
    const value = path === undefined ? undefined : valueAt(document.value, path)
    chunks.set(name, { path, text: document.text.slice(at, to), value })
    at = to
  }
  for (const pair of document.root.items) {
    const key = nameOf(pair)
    const details = key === 'card' ? blockOf(pair) : undefined
    if (details === undefined) take(`/${key}`, lineEndOf(document, pair), [key])
    else {
      take('/card', lineStart(document, details.items[0]!))
      for (const part of details.items) {
        take(`/card/${nameOf(part)}`, lineEndOf(document, part), ['card', nameOf(part)])
      }
    }
  }
  take('', document.text.length)
  return chunks
}

/** Tells whether the keys of a card can be told apart as lines of text. */
export function hasChunks({ root }: CardDocument): boolean {
  if (root.flow === true) return false
  const details = findPair(root, 'card')
  return details === undefined || blockOf(details) !== undefined
}

function blockOf(pair: Pair): YAMLMap | undefined {
  const map = pair.value
  return isMap(map) && map.flow !== true && map.items.length > 0 ? map : undefined
}

function nameOf(pair: Pair): string {
  return String((pair.key as { value?: unknown }).value)
}

function lineStart(document: CardDocument, pair: Pair): number {
  const start = startOf(pair.key)!
  return start - columnOf(document, start)
}
