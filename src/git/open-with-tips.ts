import { requireSound } from './broken-refs.ts'
import { prepareCatFile } from './cat-file.ts'
import { statObjects, type ObjectStat } from './read-objects.ts'
import { SHARED_REFS, trackingRef } from './refs.ts'
import { readTips, type Tips } from './read-tips.ts'
import { locateRepository, type Located, type Repository } from './repository.ts'

interface Opening {
  readonly cwd: string
  readonly located: Promise<Located>
  readonly objects: ReturnType<typeof prepareCatFile>
  readonly asked: Promise<Asked>
}

// Whole names. `--symbolic-full-name` leaves out a ref beside which a branch has the same name.
const OUR_REFS = ['--symbolic', '--glob=refs/model', '--glob=refs/notes/model']

/**
 * Opens the repository that the user stands in, and reads where all our refs stand: with two git processes that start
 * at once, since starting one takes longer than its answer. The second one is that of `askCatFile`.
 *
 * @throws ModelError `not-a-repository`, `bare-repository`, `git-missing`, `ref-broken`.
 */
export async function openWithTips(cwd: string): Promise<{ repo: Repository; tips: Tips }> {
  const { located, objects, asked } = ahead?.cwd === cwd ? ahead : begin(cwd)
  ahead = undefined
  const { place, answers } = await located
  objects.adopt(place.root)
  const refs = answers.filter((name) => name.startsWith('refs/'))
  const expected = await asked
  const others = refs.filter((ref) => !expected.has(ref))
  const stats = await statObjects(place, others)
  const all = new Map([...expected, ...others.map((ref, index) => [ref, stats[index]] as const)])
  const headTree = all.get('HEAD^{tree}')
  const repo = {
    ...place,
    ...(headTree === undefined ? NO_HEAD : { head: all.get('HEAD')?.oid, headTree: headTree.oid }),
  }
  const known = refs.flatMap((ref) => {
    const oid = all.get(ref)?.oid
    return oid === undefined ? [] : [[ref, oid] as const]
  })
  requireSound(
    place,
    SHARED_REFS.filter((ref) => all.get(ref) === undefined),
  )
  // A ref that was deleted or made meanwhile, or one whose object is lost, which is not the same.
  return { repo, tips: known.length === refs.length ? new Map(known) : await readTips(place) }
}

/** Starts the processes that `openWithTips` asks, so that git answers while code is loaded. */
export function openAhead(cwd: string): void {
  ahead = begin(cwd)
}

let ahead: Opening | undefined

// What most repositories have is asked before git has said which refs there are.
const EXPECTED = [
  'HEAD',
  'HEAD^{tree}',
  ...SHARED_REFS,
  ...SHARED_REFS.map((ref) => trackingRef('origin', ref)),
]

type Asked = ReadonlyMap<string, ObjectStat | undefined>

const NO_HEAD = { head: undefined, headTree: undefined }

function begin(cwd: string): Opening {
  const located = locateRepository(cwd, OUR_REFS)
  located.catch(() => undefined)
  const objects = prepareCatFile(cwd)
  const asked = askExpected(cwd)
  asked.catch(() => undefined)
  return { cwd, located, objects, asked }
}

async function askExpected(cwd: string): Promise<Asked> {
  const stats = await statObjects({ root: cwd }, EXPECTED)
  return new Map(EXPECTED.map((name, index) => [name, stats[index]]))
}
