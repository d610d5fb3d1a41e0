import { realpathSync } from 'node:fs'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { gitFailure } from './git-failure.ts'
import { git } from './run-git.ts'

/** Where a repository is and what is checked out. All paths are absolute. */
export interface Repository {
  /** Top of the work tree. */
  readonly root: string
  /** The git directory of this work tree. */
  readonly gitDir: string
  /** The git directory that all linked work trees share. */
  readonly commonDir: string
  /** Where objects are written. */
  readonly objectsDir: string
  /** The index of this work tree, or the one that a hook was given. */
  readonly indexFile: string
  readonly cwd: string
  /** Path of `cwd` below `root`, with a trailing slash; empty at the root. */
  readonly prefix: string
  /** The commit that is checked out; undefined on a branch without commits. */
  readonly head: Oid | undefined
  /** The tree of `head`. */
  readonly headTree: Oid | undefined
  readonly hashLength: 40 | 64
}

const QUESTIONS = [
  '--is-bare-repository',
  '--is-inside-work-tree',
  '--show-object-format',
  '--path-format=absolute',
  '--git-dir',
  '--git-common-dir',
  '--git-path',
  'objects',
  '--git-path',
  'index',
]

/** A repository without what is checked out, and what else git was asked. */
export interface Located {
  readonly place: Omit<Repository, 'head' | 'headTree'>
  readonly answers: readonly string[]
  readonly exitCode: number
}

/**
 * Finds the repository that the user stands in, with one git process.
 *
 * @throws ModelError `not-a-repository`, `bare-repository`, `git-missing`.
 */
export async function openRepository({ cwd }: World): Promise<Repository> {
  const { place, answers, exitCode } = await locateRepository(cwd, ['HEAD', 'HEAD^{tree}'])
  const [head, headTree] = exitCode === 0 ? answers : []
  return { ...place, head, headTree }
}

/**
 * As {@link openRepository}, and asks `git rev-parse` something more.
 *
 * @param questions - further arguments. Where one has no answer, the exit code is not 0 and the later ones have none.
 */
export async function locateRepository(cwd: string, questions: readonly string[]): Promise<Located> {
  const asked = [...QUESTIONS, '--show-toplevel', '--show-prefix', ...questions]
  const { stdout, stderr, exitCode } = await git({ root: cwd }, ['rev-parse', ...asked], { ok: [0, 128] })
  const lines = stdout.split('\n')
  const [bare, inside, format, gitDir, commonDir, objectsDir, indexFile, root, prefix, ...answers] = lines
  if (
    lines.length < 8 ||
    gitDir === undefined ||
    commonDir === undefined ||
    objectsDir === undefined ||
    indexFile === undefined
  ) {
    throw /dubious ownership/.test(stderr) ? gitFailure(['rev-parse'], exitCode, stderr) : notARepository(cwd)
  }
  if (bare === 'true' || inside !== 'true' || root === undefined) throw noWorkTree(bare === 'true')
  const place = {
    root,
    gitDir,
    commonDir: realpathSync(commonDir),
    objectsDir,
    indexFile,
    cwd,
    prefix: prefix ?? '',
    hashLength: format === 'sha256' ? (64 as const) : (40 as const),
  }
  return { place, answers: answers.slice(0, -1), exitCode }
}

/**
 * Returns the commit that is checked out.
 *
 * @throws ModelError `no-commit` on a branch without commits.
 */
export function requireHead(repo: Repository): { head: Oid; headTree: Oid } {
  if (repo.head !== undefined && repo.headTree !== undefined) {
    return { head: repo.head, headTree: repo.headTree }
  }
  throw new ModelError(
    'no-commit',
    'this branch has no commit yet, and a run hangs on the commit it ran from',
    {
      hints: ['git add . && git commit -m "first commit"'],
    },
  )
}

/** Returns the object name that stands for "nothing" in ref updates. */
export function zeroOid(repo: Pick<Repository, 'hashLength'>): Oid {
  return '0'.repeat(repo.hashLength)
}

function notARepository(cwd: string): ModelError {
  return new ModelError('not-a-repository', `"${cwd}" is not in a git repository`, {
    hints: ['git init && git model init', 'or go to the folder of a repository first'],
    data: { cwd },
  })
}

function noWorkTree(bare: boolean): ModelError {
  const what = bare ? 'this is a bare repository' : 'this is the git directory itself'
  return new ModelError('bare-repository', `${what}, and git-model needs a work tree`, {
    hints: [bare ? 'git clone it, and work in the clone' : 'go to the work tree that it belongs to: cd ..'],
  })
}
