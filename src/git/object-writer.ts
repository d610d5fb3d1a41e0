import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'
import { git, gitLine } from './run-git.ts'
import { sharedRepository, shareFolders } from './share-folders.ts'

/** An object that the writer will make, or one that exists. */
export type ObjectName = Mark | Oid

/** A number that stands for an object until it is written. */
export type Mark = `:${number}`

/** A change of one path in a commit's tree. */
export type PathChange = { path: string; blob: ObjectName } | { path: string; delete: true }

/** A commit to be made. */
export interface CommitPlan {
  /** The first parent's tree is where the changes start from, unless `clear` is set. */
  parents: readonly ObjectName[]
  message: string
  changes?: readonly PathChange[]
  /** Start from an empty tree. */
  clear?: boolean
}

/**
 * Makes any number of blobs, trees and commits with one git process and without touching a ref.
 *
 * `git fast-import` moves refs when it ends, with no compare-and-swap. It therefore runs in a
 * throw-away git directory that shares nothing with the repository but the object store; the refs
 * are moved afterwards, all together, by {@link updateRefs}.
 */
export class ObjectWriter {
  readonly #chunks: Buffer[] = []
  readonly #identity: string
  #count = 0

  /** @param identity - `Name <mail> seconds zone`, as {@link committerIdentity} returns it. */
  constructor(identity: string) {
    this.#identity = identity
  }

  /** Whether nothing is to be written. */
  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** A writer of the same identity, for what has to be written before the rest. */
  another(): ObjectWriter {
    return new ObjectWriter(this.#identity)
  }

  /** Plans a blob. */
  blob(content: string | Uint8Array): Mark {
    const mark = this.#next()
    this.#line(`blob\nmark ${mark}`)
    this.#data(content)
    return mark
  }

  /** Plans a commit. */
  commit(plan: CommitPlan): Mark {
    const mark = this.#next()
    this.#line(`commit refs/heads/c${this.#count}\nmark ${mark}\ncommitter ${this.#identity}`)
    this.#data(plan.message)
    for (const [index, parent] of plan.parents.entries())
      this.#line(`${index === 0 ? 'from' : 'merge'} ${parent}`)
    if (plan.clear === true) this.#line('deleteall')
    for (const change of plan.changes ?? []) this.#line(changeLine(change))
    this.#line('')
    return mark
  }

  /** Writes everything and returns a function from marks to object names. */
  async write(repo: Repository): Promise<(name: ObjectName) => Oid> {
    if (this.isEmpty) return (name) => name
    for (let index = 1; index <= this.#count; index++) this.#line(`get-mark :${index}`)
    this.#line('done')
    const directory = makeGitDirectory(repo)
    try {
      const { stdout } = await git(repo, ['fast-import', '--quiet', '--done', '--cat-blob-fd=1'], {
        input: Buffer.concat(this.#chunks),
        env: {
          GIT_DIR: directory,
          GIT_OBJECT_DIRECTORY: repo.objectsDir,
          GIT_WORK_TREE: undefined,
          GIT_INDEX_FILE: undefined,
        },
      })
      const oids = stdout.trim().split('\n')
      return (name) => (name.startsWith(':') ? oids[Number(name.slice(1)) - 1]! : name)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }

  #next(): Mark {
    this.#count += 1
    return `:${this.#count}`
  }

  #line(text: string): void {
    this.#chunks.push(Buffer.from(text + '\n'))
  }

  #data(content: string | Uint8Array): void {
    const bytes = Buffer.from(content)
    this.#chunks.push(Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n'))
  }
}

/** Returns who commits, with the current time, as `Name <mail> seconds zone`. @throws ModelError `git-identity`. */
export async function committerIdentity(repo: Repository): Promise<string> {
  return gitLine(repo, ['var', 'GIT_COMMITTER_IDENT'])
}

/** The folder for what is needed only while a command runs. */
export function temporaryFolder(repo: Pick<Repository, 'commonDir'>): string {
  return path.join(repo.commonDir, 'model', 'tmp')
}

function changeLine(change: PathChange): string {
  const quoted = `"${change.path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
  return 'delete' in change ? `D ${quoted}` : `M 100644 ${change.blob} ${quoted}`
}

function makeGitDirectory(repo: Repository): string {
  const directory = path.join(temporaryFolder(repo), `import-${process.pid}-${randomName(6)}`)
  const sha256 = repo.hashLength === 64
  const shared = sharedRepository(repo)
  try {
    mkdirSync(path.join(directory, 'refs'), { recursive: true })
    writeFileSync(path.join(directory, 'HEAD'), 'ref: refs/heads/none\n')
    writeFileSync(
      path.join(directory, 'config'),
      `[core]\n\trepositoryformatversion = ${sha256 ? 1 : 0}\n\tbare = true\n\tfsync = committed\n\tfsyncMethod = batch\n` +
        // Without it colleagues could not add objects beside ours.
        (shared === undefined ? '' : `\tsharedRepository = ${shared}\n`) +
        (sha256 ? '[extensions]\n\tobjectformat = sha256\n' : ''),
    )
    if (shared !== undefined) shareFolders(repo)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const isFull = code === 'ENOSPC' || code === 'EDQUOT'
    throw new ModelError(
      isFull ? 'disk-full' : 'write-failed',
      `cannot write below "${temporaryFolder(repo)}"`,
      {
        cause: error,
        hints: ['make the .git folder writable or free some space, then: git model doctor --fix'],
      },
    )
  }
  return directory
}

// Loaded when it is needed: most commands only read.
function randomName(bytes: number): string {
  return process.getBuiltinModule('node:crypto').randomBytes(bytes).toString('hex')
}
