import { existsSync } from 'node:fs'
import path from 'node:path'
import { hooksFolder, inspectHooks, installHooks, type HookReport } from '../../git/hooks.ts'
import { rememberProgram } from '../install-model.ts'
import { FIX, type Check, type Finding, type Patient } from './finding.ts'

/** Checks that our hooks are where git looks for them, as this version writes them, and can start this program. */
export const checkHooks: Check = async (patient) => {
  const folder = await hooksFolder(patient.repo)
  const reports = await inspectHooks(folder)
  if (!patient.isSetUp && reports.every(({ state }) => state === 'missing' || state === 'foreign'))
    return [notSetUp]
  const broken = reports.filter(({ state }) => state !== 'current' && state !== 'newer')
  const findings =
    broken.length > 0 ? [await brokenHooks(patient, folder, broken)] : [goodHooks(patient, folder, reports)]
  if (reports.some(({ state }) => state === 'newer')) findings.push(newerHooks)
  return [...findings, ...checkProgram(patient)]
}

const notSetUp: Finding = {
  check: 'hooks',
  state: 'error',
  message: 'git-model is not set up in this repository',
  hints: ['git model init'],
}

const newerHooks: Finding = {
  check: 'hooks',
  state: 'warn',
  message: 'a newer git-model wrote the hooks of this repository',
  hints: ['npm install -g git-model'],
}

async function brokenHooks(
  { repo }: Patient,
  folder: string,
  broken: readonly HookReport[],
): Promise<Finding> {
  const isShadowed = await areElsewhere(path.join(repo.commonDir, 'hooks'), folder)
  const words = broken.map((report) => `${report.name} ${WORDS[report.state]}`)
  const where = isShadowed ? '; core.hooksPath leads git away from those in .git/hooks' : ''
  return {
    check: 'hooks',
    state: 'error',
    message: `${words.join(', ')} in ${shorten(folder, repo.root)}${where}`,
    hints: [FIX],
    fix: async () => {
      const changed = await installHooks(folder)
      return `wrote ${changed.map(({ name }) => name).join(', ')} in ${shorten(folder, repo.root)}`
    },
  }
}

const WORDS: Readonly<Record<HookReport['state'], string>> = {
  current: 'is fine',
  newer: 'is newer',
  missing: 'is missing',
  disabled: 'is not executable',
  outdated: 'is of an earlier version, or edited',
  foreign: 'was overwritten',
}

async function areElsewhere(usual: string, folder: string): Promise<boolean> {
  if (usual === folder || !existsSync(usual)) return false
  return (await inspectHooks(usual)).some(({ state }) => state === 'current' || state === 'outdated')
}

function goodHooks({ repo }: Patient, folder: string, reports: readonly HookReport[]): Finding {
  const chained = reports.filter((report) => report.chained.length > 0).map(({ name }) => name)
  const more =
    chained.length === 0
      ? ''
      : `; ${chained.join(', ')} ${chained.length === 1 ? 'runs' : 'run'} an earlier hook first`
  return { check: 'hooks', state: 'ok', message: `${reports.length} in ${shorten(folder, repo.root)}${more}` }
}

// The hooks prefer git-model on the PATH; this is what they start where it is not there.
function checkProgram(patient: Patient): Finding[] {
  const known = patient.config.get('model.program')
  const words =
    known === undefined
      ? []
      : [...known.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!)
  if (words.length > 0 && words.every((word) => existsSync(word.replaceAll(String.raw`'\''`, "'")))) return []
  return [
    {
      check: 'hooks',
      state: 'error',
      message:
        known === undefined
          ? 'the hooks do not know how to start this program'
          : `the hooks start "${known}", which is gone`,
      hints: [FIX],
      fix: async () => {
        await rememberProgram(patient.repo, patient.config)
        return 'the hooks start this program from now on'
      },
    },
  ]
}

function shorten(folder: string, root: string): string {
  return folder.startsWith(`${root}/`) ? folder.slice(root.length + 1) : folder
}
