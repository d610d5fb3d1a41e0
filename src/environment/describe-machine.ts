import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import type { Environment } from '../domain/run.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Describes the machine by what costs nothing to ask: the system, the processor, the memory, and what hosts it. */
export function describeMachine(env: Variables): Environment {
  const [cpu] = os.cpus()
  return {
    os: systemName(),
    kernel: `${os.type()} ${os.release()}`,
    arch: os.arch(),
    ...(cpu !== undefined && { cpu: cpu.model.replace(/\s+/g, ' ').trim() || 'unknown' }),
    cores: os.availableParallelism(),
    memory_gb: Math.round((os.totalmem() / 2 ** 30) * 10) / 10,
    ...(process.platform === 'darwin' && cpu?.model.startsWith('Apple') === true && { gpu: cpu.model }),
    ...optional('cuda', cudaVersion(env)),
    ...optional('container', containerName(env)),
    ...optional('ci', ciName(env)),
    ...optional('scheduler', schedulerName(env)),
  }
}

function optional(name: string, value: string | undefined): Environment {
  return value === undefined ? {} : { [name]: value }
}

function systemName(): string {
  if (process.platform === 'linux') {
    const release = readText('/etc/os-release') ?? ''
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(release)?.[1] ?? 'Linux'
  }
  return process.platform === 'darwin' ? `macOS (${os.release()})` : os.version()
}

function cudaVersion(env: Variables): string | undefined {
  if (env['CUDA_VERSION'] !== undefined && /^\d[\d.]{0,20}$/.test(env['CUDA_VERSION']))
    return env['CUDA_VERSION']
  return /"cuda"\s*:\s*\{[^}]*"version"\s*:\s*"([\d.]+)"/.exec(
    readText('/usr/local/cuda/version.json') ?? '',
  )?.[1]
}

function containerName(env: Variables): string | undefined {
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'kubernetes'
  if (existsSync('/.dockerenv')) return 'docker'
  return existsSync('/run/.containerenv') ? 'podman' : undefined
}

const CI_NAMES: readonly (readonly [variable: string, name: string])[] = [
  ['GITHUB_ACTIONS', 'GitHub Actions'],
  ['GITLAB_CI', 'GitLab CI'],
  ['JENKINS_URL', 'Jenkins'],
  ['BUILDKITE', 'Buildkite'],
  ['CIRCLECI', 'CircleCI'],
  ['TF_BUILD', 'Azure Pipelines'],
  ['BITBUCKET_BUILD_NUMBER', 'Bitbucket Pipelines'],
  ['FORGEJO_ACTIONS', 'Forgejo Actions'],
  ['GITEA_ACTIONS', 'Gitea Actions'],
]

function ciName(env: Variables): string | undefined {
  // Gitea and Forgejo call themselves GitHub as well.
  const found = CI_NAMES.toReversed().find(([variable]) => (env[variable] ?? '') !== '')
  return found?.[1] ?? (/^(?:1|true)$/i.test(env['CI'] ?? '') ? 'CI' : undefined)
}

function schedulerName(env: Variables): string | undefined {
  if (env['SLURM_JOB_ID'] !== undefined) return 'Slurm'
  if (env['PBS_JOBID'] !== undefined) return 'PBS'
  return env['LSB_JOBID'] === undefined ? undefined : 'LSF'
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
