import { isModelError } from '../../domain/errors.ts'
import { gitLine } from '../../git/run-git.ts'
import { runLfs } from '../../lfs/run-lfs.ts'
import type { Check, Finding } from './finding.ts'

const NEEDED = { node: '20.19', git: '2.36', 'git-lfs': '3.0' } as const

/** Checks that Node, git and git-lfs are there and new enough. */
export const checkVersions: Check = async ({ repo }) => {
  const found = {
    node: process.versions.node,
    git: numberIn(await gitLine(repo, ['--version'])),
    'git-lfs': await lfsVersion(repo.root),
  }
  const old = Object.entries(found).filter(
    ([name, version]) => !isAtLeast(version, NEEDED[name as keyof typeof NEEDED]),
  )
  if (old.length > 0) return old.map(([name, version]) => tooOld(name as keyof typeof NEEDED, version))
  const versions = Object.entries(found).map(([name, version]) => `${name} ${version}`)
  return [{ check: 'versions', state: 'ok', message: versions.join(', ') }]
}

async function lfsVersion(root: string): Promise<string | undefined> {
  try {
    return numberIn((await runLfs(root, ['version'])).stdout)
  } catch (error) {
    if (isModelError(error, 'lfs-missing')) return undefined
    throw error
  }
}

function numberIn(text: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)?/.exec(text)?.[0]
}

function isAtLeast(version: string | undefined, needed: string): boolean {
  if (version === undefined) return false
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = needed.split('.').map(Number)
  return major > neededMajor || (major === neededMajor && minor >= neededMinor)
}

function tooOld(name: keyof typeof NEEDED, version: string | undefined): Finding {
  const message =
    version === undefined
      ? `${name} is not installed; weights travel through it`
      : `${name} ${version} is too old: ${NEEDED[name]} or newer is needed`
  const hint =
    name === 'node'
      ? 'https://nodejs.org/en/download'
      : `sudo apt-get install ${name}   (macOS: brew install ${name})`
  return { check: 'versions', state: 'error', message, hints: [hint] }
}
