import { randomBytes } from 'node:crypto'
import type { Oid } from '../domain/run.ts'
import type { Repository } from '../git/repository.ts'
import { git } from '../git/run-git.ts'
import { shallowCommits } from '../git/shallow-commits.ts'

/** What a commit of the notes did to the note of an object. */
export interface NoteRevision {
  /** The commit of the notes. */
  note: Oid
  author: string
  /** ISO 8601. */
  date: string
  message: string
  /** The object that the note is on. */
  target: Oid
  /** The commits before it that changed any of the notes that were asked for. */
  parents: Oid[]
  /** The note in each parent, undefined where it had none: several of a merge, which changed what differs from all. */
  befores: (Oid | undefined)[]
  after: Oid | undefined
  /** Whether the history of a shallow clone begins here: what was before is not known. */
  isCut: boolean
}

const FLAGS = [
  '-m',
  '-r',
  '--raw',
  '-z',
  '--no-abbrev',
  '--no-renames',
  '--no-notes',
  '--no-show-signature',
  '--topo-order',
  '--parents',
]

/**
 * Lists what became of the notes of some objects, the newest change first. A merge that took over what one of its
 * parents had is left out, with the parents that it did not follow.
 *
 * @param tip - a commit of the notes.
 */
export async function noteRevisions(
  repo: Repository,
  tip: string,
  targets: readonly Oid[],
): Promise<NoteRevision[]> {
  // Whoever wrote the commit chose its texts: what cannot be foreseen sets the answers apart.
  const header = randomBytes(16).toString('hex')
  const format = `--format=${header}%H%x00%P%x00%an <%ae>%x00%aI%x00%s%x00`
  const paths = targets.flatMap(notePaths)
  const { stdout } = await git(repo, ['--literal-pathspecs', 'log', format, ...FLAGS, tip, '--', ...paths])
  const cuts = shallowCommits(repo)
  const groups = new Map<Oid, Answer[]>()
  for (const answer of stdout.split(header).slice(1).map(parseAnswer))
    groups.set(answer.note, [...(groups.get(answer.note) ?? []), answer])
  return [...groups.values()].flatMap((answers) => toRevisions(answers, cuts))
}

function notePaths(target: Oid): string[] {
  return [
    target,
    `${target.slice(0, 2)}/${target.slice(2)}`,
    `${target.slice(0, 2)}/${target.slice(2, 4)}/${target.slice(4)}`,
  ]
}

/** What git says of a commit: of a merge, once for each parent. */
interface Answer extends Pick<NoteRevision, 'note' | 'author' | 'date' | 'message' | 'parents'> {
  changes: Map<Oid, { before: Oid | undefined; after: Oid | undefined }>
}

function parseAnswer(text: string): Answer {
  const [note, parents, author, date, message, ...diff] = text.split('\0')
  const changes: Answer['changes'] = new Map()
  for (const [index, field] of diff.entries()) {
    const match = /:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]/.exec(field)
    if (match === null) continue
    const target = (diff[index + 1] ?? '').replaceAll('/', '')
    const found = changes.get(target)
    changes.set(target, {
      before: found?.before ?? present(match[1]!),
      after: found?.after ?? present(match[2]!),
    })
  }
  return {
    note: note!,
    author: author!,
    date: date!,
    message: message!,
    parents: parents!.split(' ').filter((oid) => oid !== ''),
    changes,
  }
}

function present(oid: Oid): Oid | undefined {
  return /^0+$/.test(oid) ? undefined : oid
}

function toRevisions(answers: readonly Answer[], cuts: ReadonlySet<Oid>): NoteRevision[] {
  const { changes, ...about } = answers[0]!
  const targets = [...changes.keys()].filter((target) => answers.every((one) => one.changes.has(target)))
  return targets.map((target) => ({
    ...about,
    target,
    befores: answers.map((one) => one.changes.get(target)!.before),
    after: changes.get(target)!.after,
    isCut: cuts.has(about.note),
  }))
}
