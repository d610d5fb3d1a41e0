import { execa } from 'execa'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { World } from '../../src/domain/world.ts'
import { fetchRefspecs } from '../../src/git/refs.ts'
import { clone, openTestRepo, temporaryFolder, type TestRepo } from '../support/repo.ts'

/** A bare remote that somebody hostile may write to, past every check that git and git-model make. */
export interface Attacker {
  /** The bare repository. */
  readonly origin: string
  /** Runs git in the bare repository. */
  git(args: readonly string[], input?: string | Uint8Array): Promise<string>
  /** Writes an object, however malformed. */
  object(type: string, content: string | Uint8Array): Promise<string>
  /** Writes a tree of any entries whatever: `..`, `.git`, links, submodules. */
  tree(entries: readonly TreeEntry[]): Promise<string>
  /** Writes a commit of a tree. */
  commit(
    tree: string,
    options?: { parents?: readonly string[]; message?: string; author?: string },
  ): Promise<string>
  /** Adds entries to the tree that a notes ref has, and moves the ref. */
  addNotes(ref: string, notes: readonly { path: string; text: string | Uint8Array }[]): Promise<void>
  /** Points a ref at any object whatever. */
  point(ref: string, oid: string): Promise<void>
}

/** An entry of a tree, as git stores it. */
export interface TreeEntry {
  /** `100644`, `120000` (a link), `160000` (a submodule) or `40000` (a tree). */
  mode: string
  name: string
  oid: string
}

/** A remote with an honest run, and who works with it. */
export interface Scene {
  attacker: Attacker
  /** Has the honest run, and fetched nothing since. */
  alice: TestRepo
  /** The honest run. */
  run: string
}

let template: Promise<{ folder: string; run: string }> | undefined

/** A remote with Alice's honest run. Each call makes a copy of its own. */
export async function hostileRemote(): Promise<Scene> {
  template ??= makeTemplate()
  const { folder, run } = await template
  const copy = temporaryFolder()
  cpSync(folder, copy, { recursive: true })
  const alice = openTestRepo(path.join(copy, 'alice'))
  await alice.git('remote', 'set-url', 'origin', path.join(copy, 'origin.git'))
  return { attacker: attackerOf(path.join(copy, 'origin.git')), alice, run }
}

async function makeTemplate(): Promise<{ folder: string; run: string }> {
  const folder = temporaryFolder()
  const origin = path.join(folder, 'origin.git')
  await execa('git', ['init', '--quiet', '--bare', origin])
  const alice = await clone(origin)
  const script = 'git model log acc=0.75 --step 1'
  await alice.commit({ 'train.py': 'print(1)\n' }, 'first')
  await alice.model('run', '-n', 'honest', '-p', 'lr=0.5', '--', 'sh', '-c', script)
  await alice.git(
    'push',
    '--quiet',
    'origin',
    'HEAD:main',
    'refs/notes/model/*:refs/notes/model/*',
    'refs/model/runs',
  )
  await listenTo(alice)
  cpSync(alice.dir, path.join(folder, 'alice'), { recursive: true })
  return { folder, run: (await alice.git('rev-parse', 'refs/model/runs^')).split('\n')[0]! }
}

/** Clones the remote as somebody who has nothing yet, and fetches what `git model init` has git fetch. */
export async function newcomer(attacker: Attacker): Promise<TestRepo> {
  const repo = await clone(attacker.origin)
  await listenTo(repo)
  await repo.git('fetch', '--quiet')
  return repo
}

async function listenTo(repo: TestRepo): Promise<void> {
  for (const refspec of fetchRefspecs('origin'))
    await repo.git('config', '--add', 'remote.origin.fetch', refspec)
}

/** The world as somebody in a repository has it. */
export function worldOf(repo: TestRepo): World {
  return { cwd: repo.dir, env: process.env, now: Date.now }
}

/** Returns somebody who writes to a bare repository. */
export function attackerOf(origin: string): Attacker {
  const git: Attacker['git'] = async (args, input) => {
    const { stdout } = await execa('git', ['--git-dir', origin, ...args], {
      ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    })
    return stdout.trim()
  }
  const object: Attacker['object'] = (type, content) =>
    git(['hash-object', '-w', '--literally', '--stdin', '-t', type], content)
  const tree: Attacker['tree'] = (entries) =>
    object(
      'tree',
      Buffer.concat(
        entries.map(({ mode, name, oid }) =>
          Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
        ),
      ),
    )
  const commit: Attacker['commit'] = (
    top,
    { parents = [], message = 'attack', author = 'Mallory <m@example.org>' } = {},
  ) =>
    object(
      'commit',
      [
        `tree ${top}\n`,
        ...parents.map((parent) => `parent ${parent}\n`),
        `author ${author} 1767323045 +0000\ncommitter ${author} 1767323045 +0000\n\n${message}\n`,
      ].join(''),
    )
  const point: Attacker['point'] = async (ref, oid) => {
    await git(['update-ref', ref, oid]).catch(async () => {
      // What update-ref refuses, a file in the repository says all the same.
      mkdirSync(path.dirname(path.join(origin, ref)), { recursive: true })
      writeFileSync(path.join(origin, ref), `${oid}\n`)
    })
  }
  const addNotes: Attacker['addNotes'] = async (ref, notes) => {
    const parent = await git(['rev-parse', '--verify', '--quiet', ref]).catch(() => '')
    const chunks = [
      `commit ${ref}\ncommitter Mallory <m@example.org> 1767323045 +0000\ndata 6\nattack\n`,
      parent === '' ? '' : `from ${parent}\n`,
      ...notes.flatMap(({ path: at, text }) => {
        const bytes = Buffer.from(text)
        return [`M 100644 inline ${at}\ndata ${bytes.length}\n`, bytes, '\n']
      }),
      '\n',
    ]
    await git(['fast-import', '--quiet', '--force'], Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))))
  }
  return { origin, git, object, tree, commit, addNotes, point }
}
