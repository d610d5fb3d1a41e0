import { CONFIG_FILE, type Config } from '../../domain/config.ts'
import { formatCommand } from '../../domain/quote-shell.ts'
import { lfsPatterns } from '../../git/attributes.ts'
import { missingDrivers, setUpDrivers } from '../../git/drivers.ts'
import { git } from '../../git/run-git.ts'
import { readWorkTreeText } from '../../git/work-tree-file.ts'
import { checkConfig } from '../../store/parse-config.ts'
import { findRawFiles } from '../find-raw-files.ts'
import { hasLfsFilters, setUpLfs } from '../set-up-lfs.ts'
import { FIX, type Check, type Finding, type Patient } from './finding.ts'

/** Checks `.gitmodel.yaml`. */
export const checkConfigFile: Check = async ({ repo }) => {
  const text = readWorkTreeText(repo.root, CONFIG_FILE)
  if (text === undefined) {
    return [{ check: 'config', state: 'ok', message: `no ${CONFIG_FILE}: the defaults hold` }]
  }
  const { config, problems } = checkConfig(text)
  if (problems.length > 0) {
    const inOrder = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
    return inOrder.slice(0, 5).map(({ line, column, message }) => ({
      check: 'config',
      state: 'error',
      message: `${CONFIG_FILE}, line ${line}, column ${column}: ${message}`,
      hints: [`mend ${CONFIG_FILE} at line ${line}`],
    }))
  }
  const odd = oddities(config)
  return odd.length > 0 ? odd : [{ check: 'config', state: 'ok', message: `${CONFIG_FILE} is valid` }]
}

function oddities(config: Config): Finding[] {
  const primaries = Object.entries(config.metrics ?? {}).filter(([, metric]) => metric.primary === true)
  if (primaries.length < 2) return []
  const names = primaries.map(([name]) => name)
  const message = `several metrics are primary (${names.join(', ')}); ${names[0]} ranks the runs`
  return [
    {
      check: 'config',
      state: 'warn',
      message,
      hints: [`leave "primary: true" at one metric of ${CONFIG_FILE}`],
    },
  ]
}

/** Checks that git knows how to compare and merge weights. */
export const checkDrivers: Check = async ({ repo, config, isSetUp }) => {
  const missing = isSetUp ? missingDrivers(config) : []
  if (missing.length === 0) return []
  return [
    {
      check: 'drivers',
      state: 'error',
      message: `git does not know how to compare and merge weights: ${missing.join(', ')}`,
      hints: [FIX],
      fix: async () => {
        await setUpDrivers(repo, config)
        return 'git compares and merges weights by tensor from now on'
      },
    },
  ]
}

/** Checks that weights go through Git LFS: filters, `.gitattributes`, and what is tracked. */
export const checkLfs: Check = async (patient) => {
  const { repo, config } = patient
  if (!hasLfsFilters(config)) return [noFilters(patient)]
  const routed = lfsPatterns(readWorkTreeText(repo.root, '.gitattributes') ?? '')
  const findings = [
    ...(await unroutedPatterns(patient, routed)),
    ...(await rawFiles(patient)),
    ...lfsUrl(patient),
  ]
  if (findings.some(({ state }) => state !== 'ok')) return findings
  if (routed.length === 0) {
    const message = '.gitattributes routes nothing through Git LFS'
    if (!patient.isSetUp)
      return [{ check: 'lfs', state: 'ok', message: `the filters are set up; ${message}` }, ...findings]
    const hint = "git model init --preset weights   or   git model weights track '*.bin'"
    return [{ check: 'lfs', state: 'warn', message, hints: [hint] }]
  }
  return [
    {
      check: 'lfs',
      state: 'ok',
      message: `${routed.length === 1 ? '1 pattern goes' : `${routed.length} patterns go`} through Git LFS`,
    },
    ...findings,
  ]
}

function noFilters({ repo, config }: Patient): Finding {
  return {
    check: 'lfs',
    state: 'error',
    message: 'the filters of Git LFS are not set up: weights would be committed as they are',
    hints: [FIX],
    fix: async () => {
      await setUpLfs(repo, config)
      return 'set Git LFS up for this repository'
    },
  }
}

async function unroutedPatterns({ repo }: Patient, routed: readonly string[]): Promise<Finding[]> {
  const { config, problems } = checkConfig(readWorkTreeText(repo.root, CONFIG_FILE) ?? '')
  const unrouted =
    problems.length > 0 ? [] : (config.weights?.patterns ?? []).filter((pattern) => !routed.includes(pattern))
  if (unrouted.length === 0) return []
  const message = `${CONFIG_FILE} names weights that .gitattributes does not route through Git LFS: ${unrouted.join(', ')}`
  return [
    {
      check: 'lfs',
      state: 'warn',
      message,
      hints: [formatCommand('git', 'model', 'weights', 'track', ...unrouted)],
    },
  ]
}

async function rawFiles({ repo }: Patient): Promise<Finding[]> {
  const raw = await findRawFiles(repo)
  if (raw.length === 0) return []
  const shown = raw.slice(0, 3).join(', ') + (raw.length > 3 ? `, and ${raw.length - 3} more` : '')
  const message = `${raw.length === 1 ? 'a file that goes' : `${raw.length} files that go`} through Git LFS ${raw.length === 1 ? 'is' : 'are'} still in git itself: ${shown}`
  return [
    {
      check: 'lfs',
      state: 'warn',
      message,
      hints: ['git add --renormalize . && git commit -m "weights through LFS"'],
    },
  ]
}

// A pull request can change it, and uploads then go elsewhere.
function lfsUrl({ repo }: Patient): Finding[] {
  const text = readWorkTreeText(repo.root, '.lfsconfig')
  const url = text === undefined ? undefined : /^[ \t]*url[ \t]*=(.+)$/m.exec(text)?.[1]!.trim()
  if (url === undefined) return []
  return [
    {
      check: 'lfs',
      state: 'ok',
      message: `.lfsconfig sends weights to ${url}; look twice where a change touches it`,
    },
  ]
}

/** Checks for a clone that has only a part of the history. */
export const checkShallow: Check = async ({ repo }) => {
  const isShallow = (await git(repo, ['rev-parse', '--is-shallow-repository'])).stdout.trim() === 'true'
  if (!isShallow) return []
  const message =
    'this is a shallow clone: runs of commits that are not here cannot be told, and merges have no base'
  return [{ check: 'history', state: 'warn', message, hints: ['git fetch --unshallow'] }]
}
