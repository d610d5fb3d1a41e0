import fc from 'fast-check'
import { encodeRun } from '../../src/domain/encode-run.ts'
import type { RunRecord } from '../../src/domain/run.ts'
import { records } from '../formats/arbitraries.ts'
import type { TestRepo } from '../support/repo.ts'

// How many different runs a history has at most.
const RUNS = 12

/** What somebody does to the notes: a path and its new text, or null where the note goes. */
export type NoteEdit = [path: string, text: string | null]

/** The id of one of the runs of a history. Some share their first digits. */
export function runId(number: number): string {
  return `${'abcd'[number % 2]!.repeat(6)}${number.toString(16).padStart(2, '0')}`.padEnd(40, '7')
}

const SHARED = ['1b7e'.repeat(10), '77ab'.repeat(10), runId(0), runId(1)]
const NAMES = ['val/acc', 'lr', 'a']

/** A record whose values often meet those of others, so that filters, names and links find several. */
export const record: fc.Arbitrary<RunRecord> = fc
  .tuple(
    records,
    fc.constantFrom(...SHARED),
    fc.constantFrom(...SHARED),
    fc.option(fc.constantFrom(...SHARED)),
    fc.constantFrom('one', 'two', 'three', undefined),
    fc.dictionary(
      fc.constantFrom(...NAMES),
      fc.constantFrom<string | number | boolean>(1, 2.5, '1', 'x', true),
    ),
    fc.option(fc.constantFrom(600, 2000)),
  )
  .map(([any, commit, tree, link, name, params, length]) => ({
    ...any,
    code: { ...any.code, commit, tree },
    ...(link !== null && { links: [link], parent: link }),
    ...(name !== undefined && { name }),
    params: { ...any.params, ...params, ...(length !== null && { long: 'x'.repeat(length) }) },
    ...(length === 2000 && {
      tags: Object.fromEntries(Array.from({ length: 1200 }, (_, index) => [`t${index}`, index])),
    }),
  }))

const text = (run: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: record.map((each) => encodeRun({ ...each, run })) },
    {
      weight: 1,
      arbitrary: record.map((each) => `${encodeRun({ ...each, run })}---\nschema: run/v9\nx: 1\n`),
    },
    // Of another run, of a newer program, damaged, empty.
    { weight: 1, arbitrary: record.map((each) => encodeRun(each)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('---\nschema: run/v9\nrun: x\n', '---\n[', '', 'x'.repeat(9000)),
    },
  )

const edit: fc.Arbitrary<NoteEdit> = fc.nat(RUNS - 1).chain((number) => {
  const run = runId(number)
  const folder = `${run.slice(0, 2)}/${run.slice(2)}`
  const paths = [folder, folder, folder, run, `${run.slice(0, 2)}/${run.slice(2, 4)}/${run.slice(4)}`]
  return fc.tuple(fc.constantFrom(...paths), fc.option(text(run), { freq: 5 }))
})

/** Several commits to the notes, one after the other. */
export const history: fc.Arbitrary<NoteEdit[][]> = fc.array(fc.array(edit, { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 5,
})

/** Makes one commit of edits to the notes of runs. */
export async function commitNotes(
  repo: TestRepo,
  edits: readonly NoteEdit[],
  ref = 'refs/notes/model/runs',
): Promise<void> {
  const known = (await repo.exec('git', ['rev-parse', '--verify', '--quiet', ref])).exitCode === 0
  const lines = [
    `commit ${ref}\ncommitter A <a@example.org> 1 +0000\ndata 0\n${known ? `from ${ref}^0\n` : ''}`,
  ]
  for (const [path, content] of edits) {
    lines.push(
      content === null
        ? `D ${path}\n`
        : `M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
    )
  }
  const ran = await repo.exec('git', ['fast-import', '--quiet', '--force'], { input: `${lines.join('')}\n` })
  if (ran.exitCode !== 0) throw new Error(ran.stderr)
}
