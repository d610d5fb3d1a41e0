import { prepareCatFile } from './cat-file.ts'
import { statObjects } from './read-objects.ts'
import { readTips, type Tips } from './read-tips.ts'
import { locateRepository, type Located, type Repository } from './repository.ts'

interface Opening {
  readonly cwd: string
  readonly located: Promise<Located>
  readonly objects: ReturnType<typeof prepareCatFile>
}

// Whole names. `--symbolic-full-name` leaves out a ref beside which a branch has the same name.
const OUR_REFS = ['--symbolic', '--glob=refs/model', '--glob=refs/notes/model']

/**
 * Opens the repository that the user stands in, and reads where all our refs stand: with two git processes that start
 * at once, since starting one takes longer than its answer. The second one is that of `askCatFile`.
 *
 * @throws ModelError `not-a-repository`, `bare-repository`, `git-missing`.
 */
export async function openWithTips(cwd: string): Promise<{ repo: Repository; tips: Tips }> {
  const { located, objects } = ahead?.cwd === cwd ? ahead : begin(cwd)
  ahead = undefined
  const { place, answers } = await located
  objects.adopt(place.root)
  const refs = answers.filter((name) => name.startsWith('refs/'))
  const [head, headTree, ...stats] = await statObjects(place, ['HEAD', 'HEAD^{tree}', ...refs])
  const repo = {
    ...place,
    ...(headTree === undefined ? NO_HEAD : { head: head?.oid, headTree: headTree.oid }),
  }
  const known = refs.flatMap((ref, index) =>
    stats[index] === undefined ? [] : [[ref, stats[index].oid] as const],
  )
  // A ref that was deleted meanwhile, or one whose object is lost, which is not the same.
  return { repo, tips: known.length === refs.length ? new Map(known) : await readTips(place) }
}

/** Starts the processes that `openWithTips` asks, so that git answers while code is loaded. */
export function openAhead(cwd: string): void {
  ahead = begin(cwd)
}

let ahead: Opening | undefined

const NO_HEAD = { head: undefined, headTree: undefined }

function begin(cwd: string): Opening {
  const located = locateRepository(cwd, OUR_REFS)
  located.catch(() => undefined)
  return { cwd, located, objects: prepareCatFile(cwd) }
}
