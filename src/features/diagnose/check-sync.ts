import { readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { isModelError } from '../../domain/errors.ts'
import { temporaryFolder } from '../../git/object-writer.ts'
import {
  chooseRemote,
  fetchMetadata,
  pushAddress,
  rememberAddress,
  tipsOfAddress,
} from '../../git/remotes.ts'
import type { LfsStore } from '../../lfs/lfs-store.ts'
import { listPins, pin, restorePinned } from '../../lfs/pin.ts'
import { hasObject } from '../../lfs/transfer.ts'
import { syncPrefix } from '../../store/sync-prefix.ts'
import { openLfsStore } from '../../store/open-lfs-store.ts'
import { unpushedRuns } from '../unpushed-runs.ts'
import { FIX, type Check, type Finding, type Patient } from './finding.ts'

/** Checks the content of outputs that the remote does not have yet: this clone may have the only copy. */
export const checkUnpushed: Check = async (patient) => {
  const { repo } = patient
  const lfs = await openLfsStore(repo)
  const remote = await remoteOf(patient)
  const tips = await tipsOfAddress(repo, patient.tips, remote)
  const runs = await unpushedRuns(repo, tips, remote)
  const wanted = runs.flatMap(({ run, files }) =>
    files.map(({ path: file, oid, size }) => ({ file, oid: oid.replace('sha256:', ''), size, run })),
  )
  return checkPins(
    lfs,
    wanted.filter(({ size }) => size > 0),
  )
}

// Content that only an unpushed run refers to is the only copy there is, and `git lfs prune` would delete it.
function checkPins(lfs: LfsStore, wanted: readonly { file: string; oid: string; run: string }[]): Finding[] {
  const pinned = new Set(listPins(lfs))
  const lost = wanted.filter(({ oid }) => !hasObject(lfs, oid))
  const loose = wanted.filter(({ oid }) => !pinned.has(oid) && hasObject(lfs, oid))
  const findings: Finding[] = []
  if (lost.length > 0) findings.push(lostContent(lost))
  if (loose.length > 0) {
    findings.push({
      check: 'pins',
      state: 'warn',
      message: `${counted(loose.length, 'file')} of unpushed runs could be deleted by git lfs prune`,
      hints: [FIX],
      fix: async () => {
        for (const { oid } of loose) if (restorePinned(lfs, oid)) pin(lfs, oid)
        return `pinned ${counted(loose.length, 'file')}`
      },
    })
  }
  if (findings.length === 0 && wanted.length > 0) {
    findings.push({
      check: 'pins',
      state: 'ok',
      message: `${counted(wanted.length, 'file')} of unpushed runs, safe from git lfs prune`,
    })
  }
  return findings
}

function lostContent(lost: readonly { file: string; run: string }[]): Finding {
  const [first] = lost
  return {
    check: 'pins',
    state: 'warn',
    message: `the content of ${counted(lost.length, 'file')} of unpushed runs is not here: ${first!.file} of run ${first!.run.slice(0, 12)}`,
    hints: ['git model sync   (the remote may have it)'],
  }
}

/** Checks for temporary files of processes that ended without cleaning up. */
export const checkLeftovers: Check = async ({ repo, world }) => {
  const folder = temporaryFolder(repo)
  const old = listOld(folder, world.now())
  if (old.length === 0) return []
  return [
    {
      check: 'leftovers',
      state: 'warn',
      message: `${counted(old.length, 'temporary file')} of processes that did not end properly`,
      hints: [FIX],
      fix: async () => {
        for (const file of old) await rm(file, { recursive: true, force: true })
        return `deleted ${counted(old.length, 'temporary file')}`
      },
    },
  ]
}

const HOUR = 3_600_000

// The name has the process in it: `index-<pid>-…`. One that lives is left alone for an hour.
function listOld(folder: string, now: number): string[] {
  return readNames(folder).flatMap((name) => {
    const file = path.join(folder, name)
    const age = now - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now)
    const pid = Number(/-(\d+)-/.exec(name)?.[1])
    return age > HOUR || (Number.isInteger(pid) && !isRunning(pid)) ? [file] : []
  })
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Asks the remote: whether it answers, and whether it has news. What it has comes into the private refs. */
export const checkRemote: Check = async (patient) => {
  const remote = await remoteOf(patient)
  if (remote === undefined)
    return [
      {
        check: 'remote',
        state: 'warn',
        message: 'there is no remote to ask',
        hints: ['git remote add origin URL'],
      },
    ]
  try {
    await fetchMetadata(patient.repo, remote, await syncPrefix(patient.repo))
    rememberAddress(patient.repo, remote, await pushAddress(patient.repo, remote))
    return [{ check: 'remote', state: 'ok', message: `${remote} answers` }]
  } catch (error) {
    if (!isModelError(error)) throw error
    return [{ check: 'remote', state: 'error', message: error.message, hints: error.hints }]
  }
}

/** The remote that metadata is exchanged with; undefined where there is none. */
export async function remoteOf({ repo }: Patient): Promise<string | undefined> {
  try {
    return await chooseRemote(repo)
  } catch (error) {
    if (isModelError(error, 'no-remote')) return undefined
    throw error
  }
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
}
