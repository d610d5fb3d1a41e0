import { ModelError } from '../domain/errors.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { Oid } from '../domain/run.ts'
import { git } from '../git/run-git.ts'
import type { LfsFile } from '../store/read-pointers.ts'
import type { Store } from '../store/store.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import { ensureContent } from './checkout/ensure-content.ts'
import { filesOfVersion } from './checkout/files-of-version.ts'
import { refuseOverwrite } from './checkout/refuse-overwrite.ts'
import { resolveVersion, type VersionSource } from './checkout/resolve-version.ts'
import { restoreFile } from './checkout/restore-file.ts'

/** What was restored. */
export interface CheckedOut {
  /** The run or commit that it was restored from. */
  source: { kind: 'run' | 'commit'; oid: Oid; name?: string }
  files: LfsFile[]
  /** Whether the code was restored too. */
  code: boolean
}

/**
 * Restores the weights of a version into the work tree, and with `code` the code. HEAD and the index stay.
 *
 * @param model - a model's name or path; by default all that the version has.
 * @throws ModelError `would-overwrite`, `weights-absent`, `model-unknown`, `revision-unknown`.
 */
export async function checkoutVersion(
  store: Store,
  version: string,
  model?: string,
  options: { code?: boolean } = {},
): Promise<CheckedOut> {
  const source = await resolveVersion(store, version)
  const files = await filesOfVersion(store, source, model)
  if (source.kind === 'run' && source.outputs.length === 0 && options.code !== true)
    throw keptNothing(source, files.length > 0, model)
  if (files.length === 0 && options.code !== true) throw nothingThere(version, source)
  const lfs = await openLfsStore(store.repo)
  await refuseOverwrite(store, lfs, files, options.code === true, source.code)
  await ensureContent(store, lfs, source, files)
  if (options.code === true) await restoreCode(store, source.code)
  for (const file of files) await restoreFile(store, lfs, file)
  return {
    source: { kind: source.kind, oid: source.oid, ...(source.name !== undefined && { name: source.name }) },
    files,
    code: options.code === true,
  }
}

async function restoreCode(store: Store, commit: Oid): Promise<void> {
  await git(store.repo, ['restore', `--source=${commit}`, '--worktree', '--', ':/'])
}

// What stood there when it began is something else.
function keptNothing(
  { oid, name = '' }: VersionSource,
  beganWithSome: boolean,
  model: string | undefined,
): ModelError {
  const run = oid.slice(0, 12)
  const snapshot = formatCommand(
    'git',
    'model',
    'checkout',
    `${run}^0`,
    ...(model === undefined ? [] : [model]),
  )
  return new ModelError('weights-absent', `run ${run} ${name} kept no weights`, {
    hints: [
      ...(beganWithSome ? [`${snapshot}   (the weights that it began with)`] : []),
      `${formatCommand('git', 'model', 'log', '--run', run, '--output', 'PATH')}   (where those that it wrote still stand)`,
    ],
    data: { run: oid },
  })
}

function nothingThere(version: string, source: VersionSource): ModelError {
  const what =
    source.kind === 'run' ? `the run "${version}" recorded no output` : `the commit "${version}" has no model`
  return new ModelError('weights-absent', what, {
    hints: [
      'git model show ' + version,
      'name a model: git model checkout VERSION models/digits.safetensors',
    ],
    data: { version },
  })
}
