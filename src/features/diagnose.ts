import { isModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { readGitConfig } from '../git/git-config.ts'
import { listTips } from '../git/read-tips.ts'
import { openRepository } from '../git/repository.ts'
import { checkDigests } from './diagnose/check-digests.ts'
import { checkBrokenRefs } from './diagnose/check-broken-refs.ts'
import { checkConfigFile, checkDrivers, checkLfs, checkShallow } from './diagnose/check-files.ts'
import { checkHooks } from './diagnose/check-hooks.ts'
import { checkKept } from './diagnose/check-kept.ts'
import { checkLocks } from './diagnose/check-locks.ts'
import { checkRefspecs } from './diagnose/check-refspecs.ts'
import { checkRemoteContent } from './diagnose/check-remote-content.ts'
import { checkFetched, checkJournals, checkNotes } from './diagnose/check-runs.ts'
import { checkLeftovers, checkRemote, checkUnpushed } from './diagnose/check-sync.ts'
import { checkUnjudged } from './diagnose/check-unjudged.ts'
import { checkVersions } from './diagnose/check-versions.ts'
import type { Check, Finding, Patient } from './diagnose/finding.ts'

/** A part of a repository, and how it is. */
export interface Diagnosis {
  check: string
  state: 'ok' | 'warn' | 'error' | 'fixed'
  message: string
  hints: readonly string[]
}

/** How a repository is. */
export interface Diagnoses {
  /** Whether no error remains. */
  ok: boolean
  findings: Diagnosis[]
}

const CHECKS: readonly Check[] = [
  checkVersions,
  checkLocks,
  checkBrokenRefs,
  checkHooks,
  checkLfs,
  checkDrivers,
  checkConfigFile,
  checkRefspecs,
  checkDigests,
  checkShallow,
  checkFetched,
  checkJournals,
  checkUnjudged,
  checkNotes,
  checkKept,
  checkUnpushed,
  checkLeftovers,
]

/**
 * Looks at every part of a repository. Each part is looked at anew, so that what one fix changed counts for the next.
 *
 * @param options - `fix` mends what can be mended; `remote` asks the remote too.
 * @throws ModelError `not-a-repository`, `bare-repository`, `git-missing`.
 */
export async function diagnose(
  world: World,
  options: { fix?: boolean; remote?: boolean } = {},
): Promise<Diagnoses> {
  const findings: Diagnosis[] = []
  for (const check of options.remote === true ? [checkRemote, ...CHECKS, checkRemoteContent] : CHECKS) {
    for (const finding of await examine(check, await meet(world))) {
      findings.push(await settle(finding, options.fix === true))
    }
  }
  return { ok: findings.every(({ state }) => state !== 'error'), findings }
}

async function meet(world: World): Promise<Patient> {
  const repo = await openRepository(world)
  const [config, { tips, broken }] = await Promise.all([readGitConfig(repo), listTips(repo)])
  return { world, repo, config, tips, broken, isSetUp: config.get('model.program') !== undefined }
}

// A part that cannot even be looked at is ill, and the others are looked at all the same.
async function examine(check: Check, patient: Patient): Promise<Finding[]> {
  try {
    return await check(patient)
  } catch (error) {
    if (!isModelError(error)) throw error
    return [{ check: error.code, state: 'error', message: error.message, hints: error.hints }]
  }
}

async function settle({ fix, ...finding }: Finding, wanted: boolean): Promise<Diagnosis> {
  const { check, state, message, hints = [] } = finding
  if (fix === undefined || !wanted) return { check, state, message, hints }
  try {
    return { check, state: 'fixed', message: await fix(), hints: [] }
  } catch (error) {
    if (!isModelError(error)) throw error
    return { check, state, message: `${message}; mending failed: ${error.message}`, hints: error.hints }
  }
}
