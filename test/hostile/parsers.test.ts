import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEntityNote } from '../../src/domain/encode-entity.ts'
import { encodeSeriesNote } from '../../src/domain/encode-notes.ts'
import { encodeRun } from '../../src/domain/encode-run.ts'
import { isModelError } from '../../src/domain/errors.ts'
import { githubEvent } from '../../src/domain/ci-event.ts'
import { parsePointer } from '../../src/domain/lfs-pointer.ts'
import { isSafePath } from '../../src/domain/safe-path.ts'
import { readBatchAnswer } from '../../src/lfs/read-batch-answer.ts'
import { parseCard } from '../../src/schema/card-document.ts'
import { checkCardText } from '../../src/schema/check-card-text.ts'
import { exportReadme } from '../../src/schema/export-readme.ts'
import { importReadme } from '../../src/schema/import-readme.ts'
import { conflictsOf, joinCards, mergeCards } from '../../src/schema/merge-cards.ts'
import { decodeNote } from '../../src/store/decode-run.ts'
import { decodeEntity } from '../../src/store/entities.ts'
import { checkConfig, parseConfig } from '../../src/store/parse-config.ts'
import { decodeRun, decodeSeries } from '../../src/store/run-codec.ts'
import { bytesSource } from '../../src/weights/byte-source.ts'
import { readShardIndex } from '../../src/weights/read-shard-index.ts'
import { aRecord } from '../formats/arbitraries.ts'
import { mutated } from './mutations.ts'
import { recordOf, TEXTS } from './payloads.ts'

const RUN = '9f2c'.repeat(10)
const ANCHOR = 'ab12'.repeat(10)
const SHA = `sha256:${'0a'.repeat(32)}`

const RECORD = encodeRun(
  aRecord({
    params: { lr: 0.1, 'a b': 'no', on: true },
    tags: { pick: true },
    notes: 'one\n\ntwo\n',
    command: ['python', 'train.py', '--lr', '1e-3'],
    outputs: { commit: 'c'.repeat(40), files: [{ path: 'models/x.bin', oid: SHA, size: 3 }] },
    inputs: [{ path: 'data', digest: SHA }],
    edits: { 'tags/pick': 2 },
  }),
)
const SERIES = encodeSeriesNote(
  {
    schema: 'series/v1',
    run: RUN,
    metrics: { loss: { step: [0, 1, 1], value: [1, 'NaN', 0.5], time: [1, 2, 3] } },
  },
  [],
)
const EXPERIMENT = encodeEntityNote(
  {
    schema: 'experiment/v1',
    anchor: ANCHOR,
    key: 'digits',
    name: 'digits',
    created: 1767323045000,
    updated: 1767323045000,
    tags: { a: 'b' },
    revision: 1,
  },
  [],
)
const CARD = `---
schema: card/v1
license: mit # as it was
tags: [vision, digits]
card:
  identity: {name: digits, version: "1.0"}
  weights:
    - {path: models/x.bin, oid: "${SHA}", size: 3}
  training:
    run: ${RUN}
    hyperparameters: {lr: 0.1}
  conflicts:
    - {field: license, values: [mit, apache-2.0]}
  body: |
    # Digits

    Text.
`
const CONFIG = `models:
  digits: {path: models/x.bin, card: required, fields: [language], license: [mit]}
metrics:
  val/acc: {goal: max, primary: true, tolerance: "1%"}
gate: {base: required}
weights:
  patterns: ["*.safetensors"]
  largest: 5 MB
  merge: average
sync: {push: warn, prefix: refs/heads/git-model}
`
const README = `---
license: mit
tags:
- vision
model-index:
- name: digits
  results: [{task: {type: image}, metrics: [{type: accuracy, value: 0.9}]}]
---
# Digits
`

/** Runs a reader: a value or a `ModelError`, and no trace in what all objects inherit. */
function tame<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!isModelError(error)) throw error
    expect(error.message.length + error.hints.join('').length).toBeLessThan(10_000)
    return undefined
  } finally {
    expect({}).not.toHaveProperty('polluted')
    expect(Object.keys(Object.prototype)).toEqual([])
  }
}

function holds(texts: readonly string[], check: (text: string) => void, numRuns = 500): void {
  fc.assert(
    // A text that comes from git was bytes: it has no half of a surrogate pair.
    fc.property(mutated(texts), (text) => check(Buffer.from(text).toString())),
    { numRuns },
  )
}

describe('a text of a remote, honest but for what somebody hostile changed in it', () => {
  it('is a run note that is read, or carried: merged on either side, the bytes are the same', () => {
    const texts = [
      RECORD,
      RECORD + RECORD.replace('calm-otter', 'second'),
      recordOf(RUN, { params: { a: 1 } }),
    ]
    holds(texts, (text) => {
      const decoded = tame(() => decodeNote(RUN, Buffer.from(text), Buffer.byteLength(text)))!
      expect(JSON.stringify(decoded).length).toBeLessThan(200_000)
      const { value, others } = tame(() => decodeRun(RUN, text))!
      for (const { path } of value?.outputs?.files ?? []) expect(isSafePath(path), path).toBe(true)
      const written = (value === undefined ? '' : encodeRun(value)) + others.join('')
      const again = decodeRun(RUN, written)
      expect(again.value).toEqual(value)
      expect(again.others).toEqual(others)
    })
  })

  it('is a series note that is read, or carried', () => {
    holds([SERIES, SERIES + SERIES.replace('0.5', '0.25')], (text) => {
      const { value, others } = tame(() => decodeSeries(RUN, text))!
      const again = decodeSeries(RUN, encodeSeriesNote(value, others))
      expect(again.value).toEqual(value)
      for (const { step, value: values, time } of Object.values(value?.metrics ?? {}))
        expect([values.length, time.length]).toEqual([step.length, step.length])
    })
  })

  it('is the note of an experiment that is read, or carried', () => {
    expect(decodeEntity('experiment', ANCHOR, EXPERIMENT).value).toBeDefined()
    holds([EXPERIMENT], (text) => {
      const { value, others } = tame(() => decodeEntity('experiment', ANCHOR, text))!
      const again = decodeEntity('experiment', ANCHOR, encodeEntityNote(value, others))
      expect(again.value).toEqual(value)
    })
  })

  it('is a card that is read, or told where it is not one; and it merges whatever it is', () => {
    expect(checkCardText(CARD).card).toBeDefined()
    holds([CARD], (text) => {
      const { problems } = tame(() => checkCardText(joinCards(text)))!
      for (const { line, column } of problems) expect(Math.min(line ?? 1, column ?? 1)).toBeGreaterThan(0)
      tame(() => exportReadme(text))
      const ours = CARD.replace('license: mit', 'license: gpl')
      const merged = tame(() => mergeCards(CARD, ours, text))!
      expect(tame(() => mergeCards(CARD, text, ours))).toEqual(merged)
      const parsed = parseCard(merged.text)
      expect('document' in parsed ? conflictsOf(parsed.document) : []).toEqual(merged.conflicts)
    })
  })

  it('is a configuration that is valid, or told where it is not', () => {
    expect(checkConfig(CONFIG).problems).toEqual([])
    holds([CONFIG], (text) => {
      for (const { line, column } of tame(() => checkConfig(text))!.problems)
        expect(Math.min(line, column)).toBeGreaterThan(0)
      const config = tame(() => parseConfig(text, 'a'.repeat(40)))
      for (const { path } of Object.values(config?.models ?? {})) expect(isSafePath(path), path).toBe(true)
    })
  })

  it('is a README.md that becomes a card byte for byte, or does not', () => {
    holds([README], (text) => {
      const card = tame(() => importReadme(text))
      if (card !== undefined) expect(exportReadme(card)).toBe(text)
    })
  })

  it('is a pointer of Git LFS only with a name and a size that are ones', () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid ${SHA}\nsize 12345\n`
    expect(parsePointer(pointer)).toBeDefined()
    holds([pointer], (text) => {
      const found = tame(() => parsePointer(text))
      if (found === undefined) return
      expect(found.oid).toMatch(/^[0-9a-f]{64}$/)
      expect(Number.isSafeInteger(found.size) && found.size >= 0).toBe(true)
    })
    for (const size of [
      '-1',
      '9223372036854775808',
      '1e400',
      '0x10',
      '+1',
      ' 1',
      '1.5',
      '٣',
      '9007199254740992',
    ])
      expect(parsePointer(pointer.replace('12345', size)), size).toBeUndefined()
  })

  it('is an index of shards that all stand in its folder', () => {
    const index = JSON.stringify({
      metadata: { total_size: 10 },
      weight_map: { 'a.weight': 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
    })
    holds([index], (text) => {
      const found = tame(() => readShardIndex(bytesSource(Buffer.from(text)), 'x.index.json'))
      for (const shard of found?.shards ?? []) expect(isSafePath(shard), shard).toBe(true)
    })
  })

  it('is an answer of the LFS API, or wrong', () => {
    const answer = JSON.stringify({
      transfer: 'basic',
      objects: [
        { oid: SHA.slice(7), size: 3, actions: { download: { href: 'https://h/x' } } },
        { oid: 'f'.repeat(64), size: 3, error: { code: 404, message: 'gone' } },
      ],
    })
    expect(readBatchAnswer(answer)).toEqual({ oids: [SHA.slice(7)] })
    holds([answer], (text) => {
      const found = tame(() => readBatchAnswer(text))!
      if ('oids' in found) expect(found.oids.every((oid) => typeof oid === 'string')).toBe(true)
    })
  })

  it('is an event of a host that names commits only, or nothing', () => {
    const event = JSON.stringify({
      pull_request: {
        number: 7,
        head: { sha: 'a'.repeat(40), repo: { full_name: 'm/x', clone_url: 'https://h/m/x.git' } },
        base: { sha: 'b'.repeat(40), repo: { full_name: 'a/x' } },
      },
    })
    const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REPOSITORY: 'a/x', GITHUB_SHA: 'c'.repeat(40) }
    expect(githubEvent(env, JSON.parse(event))).toMatchObject({ number: 7, head: 'a'.repeat(40) })
    holds([event], (text) => {
      let payload: unknown
      try {
        payload = JSON.parse(text)
      } catch {
        return
      }
      const found = tame(() => githubEvent(env, payload))
      for (const oid of [found?.head, found?.base, found?.target])
        expect(oid ?? 'a'.repeat(40)).toMatch(/^[0-9a-f]{40,64}$/)
    })
  })

  it('holds whatever texts as values, and they come back as they were', () => {
    for (const text of Object.values(TEXTS)) {
      const note = encodeRun(aRecord({ params: { [`k${text.length}`]: text }, notes: text }))
      expect(decodeRun(RUN, note).value).toMatchObject({ notes: text })
    }
  })
})
