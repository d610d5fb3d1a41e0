import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap, type YAMLSeq } from 'yaml'
import { nestsDeeper } from '../domain/nests-deeper.ts'

/** More than a `.gitmodel.yaml` has: one that holds itself has no end. */
const MOST_LEVELS = 64

/**
 * Adds patterns to `weights.patterns` in the text of a `.gitmodel.yaml`. Comments, order and everything else stay
 * byte for byte where the list can be extended in place.
 *
 * @returns the new text; undefined where the text cannot be read as a map.
 */
export function addPatterns(text: string, patterns: readonly string[]): string | undefined {
  const document = parseDocument(text)
  if (document.errors.length > 0) return undefined
  const before = document.toJS() as { weights?: { patterns?: unknown } } | null
  if (nestsDeeper(before, MOST_LEVELS)) return undefined
  if (before !== null && (typeof before !== 'object' || Array.isArray(before))) return undefined
  const present = Array.isArray(before?.weights?.patterns) ? (before.weights.patterns as unknown[]) : []
  const added = [...new Set(patterns)].filter((pattern) => !present.includes(pattern))
  if (added.length === 0) return text
  const wanted = [...present, ...added]
  const edited = insert(text, document, added)
  return edited !== undefined && holds(edited, wanted) ? edited : rewrite(document, wanted)
}

function insert(text: string, document: Document, added: readonly string[]): string | undefined {
  const weights = document.get('weights', true)
  if (weights === undefined) return appendSection(text, added)
  if (!isMap(weights) || weights.flow === true || weights.range == null) return undefined
  const patterns = weights.get('patterns', true)
  if (isSeq(patterns)) return extendList(text, patterns, added)
  return patterns === undefined ? insertList(text, weights, added) : undefined
}

function appendSection(text: string, added: readonly string[]): string {
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${before}weights:\n  patterns: ${flowList(added)}\n`
}

function insertList(text: string, weights: YAMLMap, added: readonly string[]): string {
  const start = weights.range![0]
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  return `${text.slice(0, start)}patterns: ${flowList(added)}\n${indent}${text.slice(start)}`
}

function extendList(text: string, list: YAMLSeq, added: readonly string[]): string | undefined {
  const last = list.items.at(-1)
  if (list.range == null || (last !== undefined && !(isScalar(last) && last.range != null))) return undefined
  if (last === undefined) {
    return list.flow === true ? replace(text, list.range[0], list.range[1], flowList(added)) : undefined
  }
  const end = (last as { range: [number, number, number] }).range[1]
  if (list.flow === true)
    return replace(text, end, end, added.map((pattern) => `, ${quote(pattern)}`).join(''))
  const start = list.range[0]
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  // After the comment on the last item, where it has one.
  const lineEnd = end + /^[^\n]*/.exec(text.slice(end))![0].length
  return replace(text, lineEnd, lineEnd, added.map((pattern) => `\n${indent}- ${quote(pattern)}`).join(''))
}

function replace(text: string, from: number, to: number, by: string): string {
  return text.slice(0, from) + by + text.slice(to)
}

// Always quoted: a pattern may begin with "*", which is an alias to YAML.
function quote(pattern: string): string {
  return JSON.stringify(pattern)
}

function flowList(patterns: readonly string[]): string {
  return `[${patterns.map(quote).join(', ')}]`
}

function holds(text: string, wanted: readonly unknown[]): boolean {
  const document = parseDocument(text)
  if (document.errors.length > 0) return false
  const { weights } = (document.toJS() ?? {}) as { weights?: { patterns?: unknown } }
  return JSON.stringify(weights?.patterns) === JSON.stringify(wanted)
}

function rewrite(document: Document, wanted: readonly unknown[]): string {
  document.setIn(['weights', 'patterns'], document.createNode(wanted, { flow: true }))
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}
