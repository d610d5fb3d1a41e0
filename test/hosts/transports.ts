import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { clone, gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'
import type { Host, Person } from './start-gitea.ts'

/** A way to reach a host, and how git is told who somebody is. */
export interface Transport {
  title: string
  address(host: Host, repository: string, person: Person): string
  /** What git's configuration needs, as `name=value`. */
  config(host: Host, person: Person): string[]
}

/** The ways that people use. */
export const TRANSPORTS: readonly [Transport, Transport, Transport] = [
  {
    title: 'HTTP, the token from a credential helper',
    address: (host, repository) => host.httpAddress(repository),
    config: (host, person) => [credentialHelper(host, person.name, person.token)],
  },
  {
    title: 'HTTP, the token in the address',
    address: (host, repository, { name, token }) =>
      host.httpAddress(repository).replace('://', `://${name}:${token}@`),
    config: () => [],
  },
  {
    title: 'SSH',
    address: (host, repository) => host.sshAddress(repository),
    config: (_, person) => [`core.sshCommand=${person.ssh}`],
  },
]

/** A configuration with which git finds a token for the host, and asks nobody. */
export function credentialHelper(host: Host, name: string, token: string): string {
  const file = path.join(temporaryFolder(), 'credentials')
  writeFileSync(
    file,
    `${host
      .httpAddress('x')
      .replace(/\/ada\/.*/, '')
      .replace('://', `://${name}:${token}@`)}\n`,
  )
  return `credential.helper=store --file=${file}`
}

/** A repository of Ada's with code, that knows the host as `origin`. */
export async function newRepository(host: Host, transport: Transport, repository: string): Promise<TestRepo> {
  const repo = await gitdir()
  for (const setting of transport.config(host, host.ada)) await configure(repo, setting)
  await repo.git('remote', 'add', 'origin', transport.address(host, repository, host.ada))
  return repo
}

/** Somebody's clone, with git-model set up. */
export async function cloneAs(
  host: Host,
  transport: Transport,
  repository: string,
  person: Person,
): Promise<TestRepo> {
  const settings = [...transport.config(host, person), `user.name=${person.name}`]
  const options = settings.flatMap((setting) => ['--config', setting])
  const repo = await clone(transport.address(host, repository, person), ...options)
  await setUp(repo)
  return repo
}

/** Sets git-model up. */
export async function setUp(repo: TestRepo): Promise<void> {
  const ran = await repo.model('init')
  if (ran.exitCode !== 0) throw new Error(ran.stderr)
}

/** Records a run that made weights. */
export async function recordRun(repo: TestRepo, name: string, weights = name): Promise<void> {
  const script = `printf '%s' '${weights}' > out-${name}.bin; git model log acc=0.5 --step 1`
  const ran = await repo.model('run', '-n', name, '--output', `out-${name}.bin`, '--', 'sh', '-c', script)
  if (ran.exitCode !== 0) throw new Error(ran.stderr)
}

/** Puts a setting, `name=value`, into a repository's configuration. */
export async function configure(repo: TestRepo, setting: string): Promise<void> {
  const at = setting.indexOf('=')
  await repo.git('config', setting.slice(0, at), setting.slice(at + 1))
}
