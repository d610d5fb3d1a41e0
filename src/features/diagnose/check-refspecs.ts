import { isModelError } from '../../domain/errors.ts'
import { formatCommand } from '../../domain/quote-shell.ts'
import {
  addRefspecs,
  configuredRemotes,
  dangerousRefspecs,
  missingRefspecs,
  repairRefspecs,
} from '../../git/fetch-refspecs.ts'
import { chooseRemote } from '../../git/remotes.ts'
import { syncPrefix } from '../../store/sync-prefix.ts'
import { FIX, type Check, type Finding, type Patient } from './finding.ts'

/** Checks that git fetch brings a remote's metadata, and that it cannot destroy ours. */
export const checkRefspecs: Check = async (patient) => {
  const prefix = await syncPrefix(patient.repo)
  return [...dangerous(patient, prefix), ...(await present(patient, prefix))]
}

function dangerous({ repo, config }: Patient, prefix: string | undefined): Finding[] {
  return dangerousRefspecs(config).map(({ remote, refspec }) => ({
    check: 'refspecs',
    state: 'error',
    message: `the next fetch from "${remote}" would overwrite unpushed runs and cards: remote.${remote}.fetch has ${refspec}`,
    hints: [FIX],
    fix: async () => {
      await repairRefspecs(repo, prefix)
      return `took ${refspec} away from "${remote}"; runs and cards come into private refs instead`
    },
  }))
}

async function present(patient: Patient, prefix: string | undefined): Promise<Finding[]> {
  const { repo, config, isSetUp } = patient
  if (!isSetUp) return []
  if (configuredRemotes(config).length === 0) {
    return [{ check: 'refspecs', state: 'ok', message: 'no remote yet; once there is one: git model init' }]
  }
  const remote = await chosenRemote(patient)
  if (remote === undefined) return severalRemotes(patient, prefix)
  if (missingRefspecs(config, remote, prefix).length === 0) {
    return [{ check: 'refspecs', state: 'ok', message: `git fetch ${remote} brings runs and cards` }]
  }
  return [
    {
      check: 'refspecs',
      state: 'error',
      message: `git fetch ${remote} does not bring runs and cards`,
      hints: [FIX],
      fix: async () => {
        await addRefspecs(repo, remote, prefix)
        return `git fetch ${remote} brings runs and cards from now on`
      },
    },
  ]
}

function severalRemotes({ config }: Patient, prefix: string | undefined): Finding[] {
  const remotes = configuredRemotes(config)
  const wired = remotes.filter((remote) => missingRefspecs(config, remote, prefix).length === 0)
  if (wired.length > 0) {
    return [
      { check: 'refspecs', state: 'ok', message: `git fetch brings runs and cards from ${wired.join(', ')}` },
    ]
  }
  return [
    {
      check: 'refspecs',
      state: 'warn',
      message: 'there are several remotes, and git fetch brings runs and cards from none of them',
      hints: [formatCommand('git', 'model', 'init', '--remote', remotes[0]!)],
    },
  ]
}

async function chosenRemote({ repo }: Patient): Promise<string | undefined> {
  try {
    return await chooseRemote(repo)
  } catch (error) {
    if (isModelError(error, 'no-remote')) return undefined
    throw error
  }
}
