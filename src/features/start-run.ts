import { randomBytes } from 'node:crypto'
import type { Config } from '../domain/config.ts'
import type { JournalEvent, ProcessIdentity, RunStart } from '../domain/journal-event.ts'
import { inventName } from '../domain/run-name.ts'
import { isValidKey, type Oid, type RunKind, type SkippedPath } from '../domain/run.ts'
import type { Scalar } from '../domain/scalar.ts'
import { ModelError } from '../domain/errors.ts'
import { allowedByVariable, allowSecrets } from '../domain/allow-secrets.ts'
import { maskWords } from '../domain/mask-words.ts'
import type { World } from '../domain/world.ts'
import type { Repository } from '../git/repository.ts'
import { openRunSite, type RunSite } from '../git/run-site.ts'
import { untilThere } from '../git/until-there.ts'
import { appendEvent } from '../journal/append-event.ts'
import { journalFolder } from '../journal/journal-folder.ts'
import { identifyProcess } from '../journal/process-identity.ts'
import { readConfig } from '../store/config.ts'

/** What a run is to be. */
export interface StartRunOptions {
  name?: string | undefined
  experiment?: string | undefined
  kind?: RunKind | undefined
  params?: Record<string, Scalar> | undefined
  tags?: Record<string, Scalar> | undefined
  command?: readonly string[] | undefined
  parent?: Oid | undefined
  /** In milliseconds since 1970; default: now. */
  started?: number | undefined
  /** Patterns of places that may be kept although they look like credentials, besides those of `.gitmodel.yaml`. */
  allowSecrets?: readonly string[] | undefined
}

/** A run that has started. */
export interface StartedRun {
  run: Oid
  name: string
  repo: Repository
  /** The folder its journal is in. */
  folder: string
  skipped: SkippedPath[]
  /** Which places were masked, because they look like credentials: `params.hf_token`, `command.--password`. */
  masked: string[]
  /** What may be kept although it looks so: patterns of places. */
  allowed: string[]
  /** The rules of the repository. */
  config: Config
}

/**
 * Starts a run: commits the work tree as it is, beside the branch, and opens the run's journal.
 *
 * @param opened - where it starts, for whoever starts many.
 * @throws ModelError `no-commit`, `git-identity`, `param-invalid`, `config-invalid`, `not-a-repository`…
 */
export async function startRun(
  world: World,
  options: StartRunOptions = {},
  opened?: RunSite,
): Promise<StartedRun> {
  checkNames(options)
  const site = opened ?? (await openRunSite(world))
  const { repo } = site
  const config = await readConfig(repo)
  const allowed = [
    ...(config.secrets?.allow ?? []),
    ...allowedByVariable(world.env),
    ...(options.allowSecrets ?? []),
  ]
  const isAllowed = allowSecrets(allowed)
  const nonce = randomBytes(16)
  // Before the name is in the message of the run commit.
  const { words, masked } = maskWords(toWords(options, inventName(nonce)), isAllowed)
  const { name } = words
  const identity = identifyProcess(process.pid)
  const { run, snapshot, author, folder } = await untilThere(async () => {
    const [taken, who] = await Promise.all([site.takeSnapshot(config.snapshot), site.author()])
    const { commit: parent, tree } = taken
    const made = await site.commit({ parent, tree, name, nonce: nonce.toString('hex') })
    const journal = await keepRun(site, made, { time: world.now(), process: identity })
    return { run: made, snapshot: taken, author: who, folder: journal }
  })
  const start: RunStart = {
    run,
    ...words,
    kind: options.kind ?? 'training',
    started: new Date(options.started ?? world.now()).toISOString(),
    author,
    code: {
      commit: snapshot.commit,
      tree: snapshot.tree,
      ...(snapshot.branch !== undefined && { branch: snapshot.branch }),
      dirty: snapshot.dirty,
      ...(snapshot.skipped.length > 0 && { skipped: snapshot.skipped }),
    },
    ...(options.parent !== undefined && { parent: options.parent }),
  }
  appendEvent(folder, { time: world.now(), start, process: identity }, true, isAllowed)
  return { run, name, repo, folder, skipped: snapshot.skipped, masked, allowed, config }
}

type StartWords = Pick<RunStart, 'name' | 'experiment' | 'command' | 'params' | 'tags'>

function toWords({ name, experiment, command, params, tags }: StartRunOptions, invented: string): StartWords {
  return {
    name: name ?? invented,
    ...(experiment !== undefined && { experiment }),
    ...(command !== undefined && command.length > 0 && { command: [...command] }),
    ...(params !== undefined && { params }),
    ...(tags !== undefined && { tags }),
  }
}

// The ref before the start: without it `git gc` may take the run commit while the run goes on. The process before the
// ref: a ref that is left without a start, since this process was killed here, goes with the journal.
async function keepRun(
  site: RunSite,
  run: Oid,
  event: JournalEvent & { process: ProcessIdentity },
): Promise<string> {
  const folder = journalFolder(site.repo.commonDir, run)
  appendEvent(folder, event)
  await site.keep(run)
  return folder
}

function checkNames({ params, tags, name, experiment }: StartRunOptions): void {
  for (const key of [...Object.keys(params ?? {}), ...Object.keys(tags ?? {})]) {
    if (!isValidKey(key)) throw invalidName('param or tag', key)
  }
  for (const text of [name, experiment]) {
    if (text !== undefined && !isValidKey(text)) throw invalidName('run or experiment', text)
  }
}

function invalidName(what: string, name: string): ModelError {
  return new ModelError('param-invalid', `${JSON.stringify(name)} is no name for a ${what}`, {
    hints: ['use 1 to 250 printable characters on one line, without blanks around them'],
    data: { name },
  })
}
