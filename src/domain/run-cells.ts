import type { FieldGroup } from './filter.ts'
import { ATTRIBUTES } from './filter-attribute.ts'
import { filterView } from './filter-view.ts'
import { sha256Name } from './lfs-pointer.ts'
import type { RunRecord } from './run.ts'
import type { Scalar } from './scalar.ts'

/** Takes what the index keeps of a run. */
export interface CellSink {
  /** One value. A text that is longer than {@link LONGEST_TEXT} is undefined: it stands in the note alone. */
  cell(column: string, value: Scalar | undefined): void
  /** An object name or another digest, in hexadecimal. */
  digits(column: string, value: string): void
}

/** The longest text that is kept beside the note, in characters. */
export const LONGEST_TEXT = 512
/** A run with more params, metrics and tags than this keeps them in its note alone. */
export const MOST_FIELDS = 1000

/** Names of columns that are no field of a filter. */
export const COLUMN = {
  deleted: 'run:deleted',
  /** Set where the fields of a run stand in its note alone. */
  wide: 'run:wide',
  datasets: 'run:datasets',
  /** Paths of outputs, one entry each. */
  outputPath: 'run:output-path',
  /** LFS names of outputs, one entry each. */
  outputName: 'run:output-name',
  outputsCommit: 'run:outputs-commit',
  links: 'run:links',
} as const

// Attributes that are object names: as bytes they are found faster.
const OIDS: ReadonlySet<string> = new Set(['code.commit', 'code.tree', 'parent'])

/** Tells whether an attribute is an object name, which stands in a byte column. */
export function isOidAttribute(name: string): boolean {
  return OIDS.has(name)
}

/** Returns the name of the column of a field. */
export function columnName(group: Exclude<FieldGroup, 'dataset'>, key: string): string {
  return `${group}:${key}`
}

/** Returns the name of a byte column: those of one name are equally wide. */
export function byteColumnName(column: string, hashLength: number): string {
  return `${column}/${hashLength}`
}

/** Tells what the index keeps of a run: all that filters, sort keys and the rules of linking look at. */
export function writeCells(record: RunRecord, sink: CellSink, isWide: boolean): void {
  const view = filterView(record)
  for (const { name } of ATTRIBUTES) {
    if (name === 'run_id') continue
    const value = view.attribute(name)
    if (value === undefined) continue
    if (OIDS.has(name)) writeOid(sink, columnName('attribute', name), String(value))
    else sink.cell(columnName('attribute', name), short(value))
  }
  if (isWide) sink.cell(COLUMN.wide, true)
  else writeFields(record, sink)
  writeLinks(record, sink)
}

/** Tells whether a run has too many fields to be kept beside its note. */
export function hasManyFields({ params, metrics, tags }: RunRecord): boolean {
  const count = [params, metrics, tags].reduce((sum, group) => sum + Object.keys(group ?? {}).length, 0)
  return count > MOST_FIELDS
}

function writeFields(record: RunRecord, sink: CellSink): void {
  const view = filterView(record)
  for (const key of Object.keys(record.metrics ?? {})) sink.cell(columnName('metric', key), view.metric(key))
  for (const [key, value] of Object.entries(record.params ?? {}))
    sink.cell(columnName('param', key), short(value))
  for (const [key, value] of Object.entries(record.tags ?? {}))
    sink.cell(columnName('tag', key), short(value))
  if (view.datasets.length > 0) sink.cell(COLUMN.datasets, short(JSON.stringify(view.datasets)))
}

function writeLinks({ deleted, outputs, links }: RunRecord, sink: CellSink): void {
  if (deleted === true) sink.cell(COLUMN.deleted, true)
  if (outputs !== undefined) writeOid(sink, COLUMN.outputsCommit, outputs.commit)
  for (const { path, oid } of outputs?.files ?? []) {
    sink.cell(COLUMN.outputPath, path)
    sink.digits(byteColumnName(COLUMN.outputName, 64), oid.slice(sha256Name('').length))
  }
  for (const link of links ?? []) writeOid(sink, COLUMN.links, link)
}

function writeOid(sink: CellSink, column: string, oid: string): void {
  sink.digits(byteColumnName(column, oid.length), oid)
}

function short(value: Scalar): Scalar | undefined {
  return typeof value === 'string' && value.length > LONGEST_TEXT ? undefined : value
}
