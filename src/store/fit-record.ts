import { Readable } from 'node:stream'
import { encodeRun } from '../domain/encode-run.ts'
import { cutTexts, LONGEST_TEXT, withPartial } from '../domain/fit-record.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import { ARTIFACTS, type OutputFile, type RunRecord } from '../domain/run.ts'
import { stableJson } from '../domain/stable-json.ts'
import type { Repository } from '../git/repository.ts'

/** What a record may take beside its metrics and files, in bytes. */
const ROOM = 3 * 1024 * 1024
/** What everything that can be left out of a record is cut to, one after the other, until it fits. */
const STEPS: readonly ((record: RunRecord) => RunRecord)[] = [
  (record) => cutTexts(record, LONGEST_TEXT),
  (record) => cutTexts(record, 10_000),
  (record) => cutTexts(record, 250),
  (record) => without(record, ['datasets', 'model_metrics', 'model_inputs', 'model_outputs']),
  (record) => without(record, ['params', 'tags', 'inputs', 'models']),
]

/** What stands in the note of a run, and the file of the whole record, where the note has no room for it. */
export interface FittedRecord {
  record: RunRecord
  whole?: OutputFile
}

/**
 * Makes a record fit its note. Of one that is too long the whole becomes a file in the LFS store, as JSON, and the note has
 * what there is room for: what is too long is never written, for nobody could read it again.
 *
 * @throws ModelError `disk-full`, `write-failed`.
 */
export async function fitRecord(repo: Repository, record: RunRecord): Promise<FittedRecord> {
  if (fits(record)) return { record }
  let fitted = record
  for (const step of STEPS) {
    fitted = step(fitted)
    if (fits(fitted)) break
  }
  const [{ openLfsStore }, { storeStream }] = await Promise.all([
    import('./open-lfs-store.ts'),
    import('../lfs/store-file.ts'),
  ])
  const json = Readable.from([Buffer.from(`${stableJson(record)}\n`)])
  const { oid, size } = await storeStream(await openLfsStore(repo), json, 'the whole record')
  const path = `${ARTIFACTS}/record-${oid.slice(0, 12)}.json`
  return { record: withPartial(fitted, ['texts']), whole: { path, oid: sha256Name(oid), size } }
}

function fits(record: RunRecord): boolean {
  const { metrics: _, outputs: __, ...rest } = record
  // Nearly all: what is so short as JSON fits as YAML too.
  if (JSON.stringify(rest).length < ROOM / 10) return true
  if (stableJson(cutTexts(record, LONGEST_TEXT)) !== stableJson(record)) return false
  return Buffer.byteLength(encodeRun(rest)) <= ROOM
}

function without(record: RunRecord, fields: readonly (keyof RunRecord)[]): RunRecord {
  const kept = Object.entries(record).filter(([field]) => !fields.includes(field as keyof RunRecord))
  return Object.fromEntries(kept) as unknown as RunRecord
}
