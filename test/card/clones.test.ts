import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCardPath } from '../../src/domain/card-path.ts'
import { sameValue, valueAt } from '../../src/domain/card-value.ts'
import { openCard } from '../../src/schema/card-document.ts'
import { setCardField } from '../../src/schema/edit-card-text.ts'
import { conflictsOf, mergeCards } from '../../src/schema/merge-cards.ts'
import { settleConflicts } from '../../src/schema/settle-conflicts.ts'

const START = `---
schema: card/v1
license: mit
card:
  identity:
    name: digits   # as in the paper
    version: "1"
  training:
    seed: 1
    duration: 60
  body: ""
`
const FIELDS = ['license', 'pipeline_tag', 'card.identity.version', 'card.training.seed'] as const
const CLONES = 4

/** One decision of a person about a field: a new value, or the one that stands in a conflict. */
interface Write {
  field: string
  value: unknown
  /** The earlier decisions that this person had seen. */
  seen: ReadonlySet<Write>
}

interface Clone {
  text: string
  known: Set<Write>
  /** What it last had in common with the remote. */
  base: { text: string; known: Set<Write> }
}

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      clone: fc.nat(CLONES - 1),
      act: fc.constantFrom('set', 'keep'),
      field: fc.constantFrom(...FIELDS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      clone: fc.nat(CLONES - 1),
      act: fc.constant('sync' as const),
      field: fc.constant('license' as const),
    }),
  },
)

function history(steps: readonly { clone: number; act: string; field: string }[]): Clone[] {
  const remote = { text: START, known: new Set<Write>() }
  const clones: Clone[] = Array.from({ length: CLONES }, () => ({
    text: START,
    known: new Set(),
    base: remote,
  }))
  let head = remote
  let count = 0
  const sync = (clone: Clone): void => {
    clone.text = mergeCards(clone.base.text, clone.text, head.text).text
    clone.known = new Set([...clone.known, ...head.known])
    head = { text: clone.text, known: clone.known }
    clone.base = head
  }
  for (const { clone: at, act, field } of steps) {
    const clone = clones[at]!
    if (act === 'sync') sync(clone)
    else decide(clone, act, field, `value-${++count}`)
  }
  // Twice: what the last one brought has to reach the first.
  for (const clone of [...clones, ...clones]) sync(clone)
  return clones
}

function decide(clone: Clone, act: string, field: string, fresh: string): void {
  const path = parseCardPath(field)
  const isOpen = conflictsOf(openCard(clone.text)).some((conflict) => conflict.field === field)
  if (act === 'keep' && !isOpen) return
  const value = act === 'set' ? fresh : valueAt(openCard(clone.text).value, path)
  const edited = act === 'set' ? setCardField(clone.text, path, fresh) : clone.text
  clone.text = settleConflicts(edited, [path]).text
  clone.known = new Set([...clone.known, { field, value, seen: clone.known }])
}

/** The decisions about a field that nobody who decided later had seen. */
function lastWrites(known: ReadonlySet<Write>, field: string): Write[] {
  const writes = [...known].filter((write) => write.field === field)
  return writes.filter((write) => !writes.some(({ seen }) => seen.has(write)))
}

// A merge of three does not see that somebody confirmed a value which the other had seen, and changed.
function isKnown(write: Write, last: readonly Write[]): boolean {
  const saw = ({ seen }: Write): boolean =>
    [...seen].some(({ field, value }) => field === write.field && value === write.value)
  return saw(write) && last.some((other) => other !== write && saw(other))
}

test('however clones edit and sync, they end with one card that names every disagreement', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const clones = history(steps)
      const [{ text, known }] = clones as [Clone]
      for (const clone of clones) expect(clone.text).toBe(text)
      const { value } = openCard(text)
      const conflicts = conflictsOf(openCard(text))
      for (const field of FIELDS) {
        const last = lastWrites(known, field)
        const named = conflicts.find((conflict) => conflict.field === field)?.values
        const stands = valueAt(value, parseCardPath(field)) ?? null
        const decided = last.filter((write) => !isKnown(write, last)).map(({ value: one }) => one)
        if (decided.every((one) => sameValue(one, decided[0]))) {
          if (last.length === 1) expect(named).toBeUndefined()
          if (named === undefined && last.length > 0) expect(stands).toEqual(decided[0])
        } else expect(named).toEqual(expect.arrayContaining(decided))
        if (named !== undefined && stands !== null) expect(named).toContainEqual(stands)
      }
      expect(text).toContain('name: digits   # as in the paper\n')
    }),
    { numRuns: 500 },
  )
})

test('two people who settle one conflict differently disagree again, even where one left what stood there', () => {
  const [ours, theirs] = ['a', 'b'].map((license) => setCardField(START, ['license'], license))
  const open = mergeCards(START, ours!, theirs!).text
  const path = ['license']
  const kept = settleConflicts(open, [path]).text
  const other = settleConflicts(setCardField(open, path, 'c'), [path]).text
  const stood = valueAt(openCard(open).value, path)
  expect(mergeCards(open, kept, other).conflicts).toEqual([{ field: 'license', values: [stood, 'c'] }])
  expect(mergeCards(open, other, kept)).toEqual(mergeCards(open, kept, other))
  expect(mergeCards(open, kept, kept).conflicts).toEqual([])
  expect(mergeCards(open, kept, open).conflicts).toEqual([])
})

test('a value that changes once more while it is in conflict elsewhere is named too', () => {
  const first = setCardField(START, ['license'], 'a')
  const open = mergeCards(START, first, setCardField(START, ['license'], 'b')).text
  const again = setCardField(first, ['license'], 'c')
  const { text, conflicts } = mergeCards(first, again, open)
  expect(conflicts[0]!.values).toEqual(expect.arrayContaining(['b', 'c']))
  expect(mergeCards(first, open, again).text).toBe(text)
})
