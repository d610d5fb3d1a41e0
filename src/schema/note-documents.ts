import { parseDocuments, type ParsedDocument, type ParseLimits } from './parse-yaml.ts'
import { pointerParts, validate, type SchemaKind, type SchemaProblem } from './validate.ts'

/** Why a document of a note is only carried along. Line and column count from 1 in the whole note. */
export interface NoteProblem {
  code: 'note-newer' | 'note-invalid'
  message: string
  line?: number
  column?: number
}

/** The documents of a note: those that are understood, and the others, which are kept as they are. */
export interface NoteDocuments<T> {
  valid: T[]
  /** Each begins with `---` and ends with one newline. */
  others: string[]
  problems: NoteProblem[]
}

/** A document of the kind and version that is asked for, or why it is not one. */
type Judged<T> = { value: T } | { problem: NoteProblem }

/**
 * Reads the documents of a note. Never throws, and drops nothing.
 *
 * @param kind - the schema the documents must have; version 1 is the only one so far.
 * @param check - what the schema cannot say: what is wrong with a value that it allows.
 */
export function readNoteDocuments<T>(
  kind: SchemaKind,
  text: string,
  check: (value: T) => SchemaProblem | undefined = () => undefined,
  limits: ParseLimits = {},
): NoteDocuments<T> {
  const note: NoteDocuments<T> = { valid: [], others: [], problems: [] }
  for (const document of parseDocuments(text, limits)) {
    const judged = judge(kind, document, check)
    const glued = 'problem' in judged ? splitGlued(kind, document, check) : undefined
    if ('value' in judged) note.valid.push(judged.value)
    else if (glued !== undefined) for (const value of glued) note.valid.push(value)
    else {
      const whole = judged.problem.code === 'note-newer' ? undefined : withoutAppended(kind, document, check)
      if (whole !== undefined) note.valid.push(whole.value)
      note.others.push(carriedText(whole?.rest ?? document.text))
      note.problems.push(judged.problem)
    }
  }
  return note
}

function judge<T>(
  kind: SchemaKind,
  document: ParsedDocument,
  check: (value: T) => SchemaProblem | undefined,
): Judged<T> {
  const { value, problems } = document
  const [broken] = problems
  if (broken !== undefined) return { problem: { code: 'note-invalid', ...broken } }
  if (isNewer(kind, value)) {
    const message = `a ${value.schema} document, which is newer than this git-model`
    return { problem: { code: 'note-newer', message, ...document.position(['schema']) } }
  }
  const [invalid] = validate(kind, value)
  const wrong = invalid ?? check(value as T)
  return wrong === undefined ? { value: value as T } : { problem: locate(document, wrong) }
}

function locate(document: ParsedDocument, { path, message }: SchemaProblem): NoteProblem {
  const text = path === '' ? message : `${shorten(path.slice(1))}: ${message}`
  return { code: 'note-invalid', message: text, ...document.position(pointerParts(path)) }
}

// A key can be as long as the note.
function shorten(path: string): string {
  return path.length > 300 ? `${path.slice(0, 300)}…` : path
}

function isNewer(kind: SchemaKind, value: unknown): value is { schema: string } {
  if (typeof value !== 'object' || value === null || !('schema' in value)) return false
  const version = /^([a-z]{1,20})\/v(\d{1,6})$/.exec(String(value.schema))
  return version !== null && version[1] === kind && Number(version[2]) > 1
}

/** How many tokens all parts together may have. */
const MOST_GLUED = 500_000

// Whoever concatenates notes by hand may forget the marker between two documents.
function splitGlued<T>(
  kind: SchemaKind,
  { text }: ParsedDocument,
  check: (value: T) => SchemaProblem | undefined,
): T[] | undefined {
  const parts = text.split(/(?<=\n)(?=schema: )/).filter((part) => !/^---\s*$/.test(part))
  if (parts.length < 2 || parts.length > 1000) return undefined
  const limits = { tokens: MOST_GLUED / parts.length }
  const judged = parts
    .flatMap((part) => parseDocuments(part, limits))
    .map((document) => judge(kind, document, check))
  const values = judged.flatMap((item) => ('value' in item ? [item.value] : []))
  return values.length === judged.length ? values : undefined
}

const MAX_APPENDED = 50
/** The longest text that is looked at, and how many characters are read for it in all. */
const MAX_MENDED = 1_000_000

// `git notes append` puts what a person writes behind a blank line of the document itself.
function withoutAppended<T>(
  kind: SchemaKind,
  { text }: ParsedDocument,
  check: (value: T) => SchemaProblem | undefined,
): { value: T; rest: string } | undefined {
  if (text.length > MAX_MENDED) return undefined
  const blanks = [...text.matchAll(/\n[ \t]*(?=\n)/g)].slice(-MAX_APPENDED)
  let tried = 0
  for (const { index } of blanks.toReversed()) {
    if ((tried += index) > MAX_MENDED) return undefined
    const [document, ...others] = parseDocuments(text.slice(0, index + 1))
    const judged = document === undefined || others.length > 0 ? undefined : judge(kind, document, check)
    if (judged !== undefined && 'value' in judged) return { value: judged.value, rest: text.slice(index + 1) }
  }
  return undefined
}

// Directives only mean something between documents, where carried text has no fixed neighbour: they become comments.
function carriedText(text: string): string {
  const body = trimBlanks(text)
  const marker = /(?<![^\n])---(?=\s|$)/.exec(body)
  if (marker === null) return `---\n${body}\n`
  const prelude = trimBlanks(body.slice(0, marker.index)).replaceAll('%', '# %')
  const rest = body.slice(marker.index)
  return prelude === '' ? `${rest}\n` : `${trimBlanks(`---\n${prelude}\n${rest.slice(3)}`)}\n`
}

// As `trim`, which takes more than YAML calls blank. What indents the first line stays: a marker that is indented is none.
function trimBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && ' \t\r\n'.includes(text[start]!)) start++
  start = text.lastIndexOf('\n', start - 1) + 1
  while (end > start && ' \t\r\n'.includes(text[end - 1]!)) end--
  return text.slice(start, end)
}
