import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { execa } from 'execa'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { temporaryFolder } from '../support/repo.ts'
import type { Gitea } from './install-gitea.ts'

/** Somebody with an account. */
export interface Person {
  name: string
  /** An access token, for HTTP. */
  token: string
  /** What `GIT_SSH_COMMAND` is for this person: an own key, and no configuration of the machine's. */
  ssh: string
}

/** A Git host with Git LFS and accounts, on loopback. */
export interface Host {
  ada: Person
  bob: Person
  /** Makes a repository of Ada's in which Bob has the given permission, and returns its name. */
  repository(permission: 'read' | 'write'): Promise<string>
  /** Asks Gitea's REST API, as Ada, who is its administrator. */
  api(method: string, path: string, body?: unknown): Promise<unknown>
  httpAddress(repository: string): string
  sshAddress(repository: string): string
  /** The bare repository on disk. */
  bare(repository: string): string
  /** Tells whether an LFS object is there. */
  hasObject(oid: string): boolean
  stop(): Promise<void>
  /** Starts it again, on the same ports and data. */
  start(): Promise<void>
}

const PASSWORD = randomBytes(12).toString('hex')

/** Starts a Gitea with a data folder of its own. It ends with the process that started it, at the latest. */
export async function startGitea(): Promise<Host> {
  const gitea = inject('gitea')
  const folder = temporaryFolder('git-model-host-')
  const [http, ssh] = await freePorts()
  const config = path.join(folder, 'app.ini')
  writeFileSync(config, configuration(gitea, folder, http, ssh))
  const run = (...args: string[]) => execa(gitea.program, [...args, '--config', config], { cwd: folder })
  await run('migrate')
  const { stdout } = await run(
    ...['admin', 'user', 'create', '--admin', '--username', 'ada', '--email', 'ada@example.org'],
    ...['--password', PASSWORD, '--must-change-password=false', '--access-token'],
  )
  const token = /\b[0-9a-f]{40}\b/.exec(stdout)![0]
  const log = path.join(folder, 'server.log')
  let server = startServer(gitea, config, log)
  const url = `http://127.0.0.1:${http}`
  const api = async (method: string, where: string, body?: unknown, authorization = `token ${token}`) => {
    const answer = await fetch(`${url}/api/v1${where}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`)
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }
  const ready = () => untilReady(() => api('GET', '/version'), log)
  await ready()
  const keys = await sshKeys(folder, ssh)
  let count = 0
  await api('POST', '/admin/users', {
    username: 'bob',
    email: 'bob@example.org',
    password: PASSWORD,
    must_change_password: false,
  })
  const basic = `Basic ${Buffer.from(`bob:${PASSWORD}`).toString('base64')}`
  const bobs = (await api(
    'POST',
    '/users/bob/tokens',
    { name: 'test', scopes: ['write:repository', 'write:user'] },
    basic,
  )) as { sha1: string }
  await api('POST', '/user/keys', { title: 'test', key: keys.ada.public })
  await api('POST', '/user/keys', { title: 'test', key: keys.bob.public }, `token ${bobs.sha1}`)
  return {
    ada: { name: 'ada', token, ssh: keys.ada.command },
    bob: { name: 'bob', token: bobs.sha1, ssh: keys.bob.command },
    api,
    async repository(permission) {
      const name = `repository-${++count}`
      await api('POST', '/user/repos', { name, private: true, default_branch: 'main' })
      await api('PUT', `/repos/ada/${name}/collaborators/bob`, { permission })
      return name
    },
    httpAddress: (name) => `${url}/ada/${name}.git`,
    sshAddress: (name) => `ssh://git@127.0.0.1:${ssh}/ada/${name}.git`,
    bare: (name) => path.join(folder, 'repositories', 'ada', `${name}.git`),
    hasObject: (oid) => existsSync(path.join(folder, 'lfs', oid.slice(0, 2), oid.slice(2, 4), oid.slice(4))),
    stop: () => stopServer(server),
    async start() {
      server = startServer(gitea, config, log)
      await ready()
    },
  }
}

function configuration({ assets }: Gitea, folder: string, http: number, ssh: number): string {
  return `
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
RUN_MODE = prod
WORK_PATH = ${folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${http}
ROOT_URL = http://127.0.0.1:${http}/
STATIC_ROOT_PATH = ${assets}
OFFLINE_MODE = true
START_SSH_SERVER = true
BUILTIN_SSH_SERVER_USER = git
SSH_DOMAIN = 127.0.0.1
SSH_LISTEN_HOST = 127.0.0.1
SSH_LISTEN_PORT = ${ssh}
SSH_PORT = ${ssh}
LFS_START_SERVER = true
LFS_JWT_SECRET = ${randomBytes(32).toString('base64url')}
[lfs]
PATH = ${folder}/lfs
[database]
DB_TYPE = sqlite3
PATH = ${folder}/gitea.db
[repository]
ROOT = ${folder}/repositories
[security]
INSTALL_LOCK = true
SECRET_KEY = ${randomBytes(32).toString('hex')}
[oauth2]
JWT_SECRET = ${randomBytes(32).toString('base64url')}
[service]
DISABLE_REGISTRATION = true
[actions]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
[session]
PROVIDER = memory
[log]
LEVEL = warn
`
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()]
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
        }),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return [ports[0]!, ports[1]!]
}

// The shell between us and the server ends it when our end of its input closes, however we end.
function startServer({ program }: Gitea, config: string, log: string): ChildProcessWithoutNullStreams {
  const script = '"$@" </dev/null & cat >/dev/null; kill $!; wait $!'
  const child = spawn('sh', ['-c', script, 'sh', program, 'web', '--config', config], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => appendFileSync(log, data))
  return child
}

async function stopServer(server: ChildProcessWithoutNullStreams): Promise<void> {
  if (server.exitCode !== null) return
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.stdin.end()
  await ended
}

async function untilReady(ask: () => Promise<unknown>, log: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    try {
      await ask()
      return
    } catch {
      await sleep(200)
    }
  }
  throw new Error(`Gitea does not answer: ${existsSync(log) ? readFileSync(log, 'utf8') : 'it said nothing'}`)
}

async function sshKeys(folder: string, port: number): Promise<Record<'ada' | 'bob', SshKey>> {
  const knownHosts = path.join(folder, 'known_hosts')
  const { stdout } = await execa('ssh-keyscan', ['-p', String(port), '127.0.0.1'])
  writeFileSync(knownHosts, stdout)
  return { ada: await sshKey(folder, 'ada', knownHosts), bob: await sshKey(folder, 'bob', knownHosts) }
}

interface SshKey {
  public: string
  command: string
}

async function sshKey(folder: string, name: string, knownHosts: string): Promise<SshKey> {
  mkdirSync(path.join(folder, 'keys'), { recursive: true })
  const file = path.join(folder, 'keys', name)
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
  const options = ['IdentitiesOnly=yes', 'IdentityAgent=none', 'StrictHostKeyChecking=yes', 'BatchMode=yes']
  const words = [...options, `UserKnownHostsFile=${knownHosts}`].flatMap((option) => ['-o', option])
  return {
    public: readFileSync(`${file}.pub`, 'utf8').trim(),
    command: ['ssh', '-F', '/dev/null', '-i', file, ...words].join(' '),
  }
}
