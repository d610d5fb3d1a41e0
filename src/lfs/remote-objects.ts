import { execa } from 'execa'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ModelError } from '../domain/errors.ts'
import type { LfsPointer } from '../domain/lfs-pointer.ts'
import { readBatchAnswer } from './read-batch-answer.ts'
import { runLfs } from './run-lfs.ts'

/** How many objects are asked for at a time, as git-lfs does. */
const BATCH = 100
const MAX_ANSWER = 4 * 2 ** 20
const TIMEOUT = 60_000

/**
 * Asks a remote which objects it has, without fetching any: through the batch API of Git LFS, and for a remote on this
 * machine in its folder.
 *
 * @returns the SHA-256 names of those that it has.
 * @throws ModelError `lfs-failed` where it cannot be asked, `lfs-missing`.
 */
export async function remoteObjects(
  root: string,
  remote: string,
  pointers: readonly LfsPointer[],
): Promise<Set<string>> {
  const endpoint = await findEndpoint(root, remote)
  if (endpoint.startsWith('file:')) return inFolder(fileURLToPath(endpoint), pointers)
  if (!/^https?:/.test(endpoint)) {
    throw failed(
      remote,
      `the LFS API of ${endpoint} is not reached over HTTP`,
      'git lfs fetch --all, then verify again',
    )
  }
  const found = new Set<string>()
  for (let at = 0; at < pointers.length; at += BATCH) {
    const part = pointers.slice(at, at + BATCH)
    for (const oid of await askBatch(root, remote, endpoint, part)) found.add(oid)
  }
  return found
}

// Only git-lfs knows all the rules of where the API is: lfs.url, .lfsconfig, remote.<name>.lfsurl, url.insteadOf…
async function findEndpoint(root: string, remote: string): Promise<string> {
  const { stdout } = await runLfs(root, ['env'])
  const lines = stdout.split('\n')
  const named = lines.find((line) => line.startsWith(`Endpoint (${remote})=`))
  const line = named ?? lines.find((text) => text.startsWith('Endpoint='))
  const endpoint = line?.slice(line.indexOf('=') + 1).replace(/ \(auth=[^)]*\)$/, '')
  if (endpoint !== undefined && endpoint !== '') return endpoint
  throw failed(remote, 'git-lfs knows no address for it', 'git lfs env')
}

function inFolder(folder: string, pointers: readonly LfsPointer[]): Set<string> {
  const git = existsSync(path.join(folder, '.git')) ? path.join(folder, '.git') : folder
  const has = ({ oid, size }: LfsPointer): boolean => {
    const file = path.join(git, 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid)
    return statSync(file, { throwIfNoEntry: false })?.size === size
  }
  return new Set(pointers.filter(has).map(({ oid }) => oid))
}

async function askBatch(
  root: string,
  remote: string,
  endpoint: string,
  pointers: readonly LfsPointer[],
): Promise<string[]> {
  const first = await post(remote, endpoint, pointers, await extraHeaders(root, endpoint))
  const answer =
    first.status === 401
      ? await post(remote, endpoint, pointers, { Authorization: await authorization(root, remote, endpoint) })
      : first
  if (answer.status !== 200) throw failed(remote, `its LFS API answered ${answer.status}`, 'git lfs env')
  const has = readBatchAnswer(await boundedText(remote, answer))
  if ('wrong' in has) throw failed(remote, `its LFS API ${has.wrong}`, 'git lfs env')
  return has.oids
}

async function post(
  remote: string,
  endpoint: string,
  pointers: readonly LfsPointer[],
  headers: Record<string, string>,
): Promise<Response> {
  const media = 'application/vnd.git-lfs+json'
  const body = JSON.stringify({
    operation: 'download',
    transfers: ['basic'],
    objects: pointers,
    hash_algo: 'sha256',
  })
  try {
    return await fetch(`${endpoint.replace(/\/$/, '')}/objects/batch`, {
      method: 'POST',
      headers: { Accept: media, 'Content-Type': media, ...headers },
      body,
      signal: AbortSignal.timeout(TIMEOUT),
    })
  } catch (error) {
    const cause = (error as { cause?: Error }).cause?.message ?? (error as Error).message
    throw failed(remote, `its LFS API was not reached: ${cause}`, 'git lfs env')
  }
}

// As git itself sends them: CI systems pass their token this way.
async function extraHeaders(root: string, endpoint: string): Promise<Record<string, string>> {
  const { stdout, exitCode } = await execa(
    'git',
    ['config', '--get-urlmatch', 'http.extraheader', endpoint],
    {
      cwd: root,
      reject: false,
    },
  )
  const match = exitCode === 0 ? /^([^:\s]+):\s*(.*)$/.exec(stdout.trim()) : null
  return match === null ? {} : { [match[1]!]: match[2]! }
}

async function authorization(root: string, remote: string, endpoint: string): Promise<string> {
  const { protocol, host, pathname, username } = new URL(endpoint)
  const lines = [
    `protocol=${protocol.replace(':', '')}`,
    `host=${host}`,
    `path=${pathname.replace(/^\//, '')}`,
    ...(username === '' ? [] : [`username=${decodeURIComponent(username)}`]),
  ]
  const result = await execa('git', ['credential', 'fill'], {
    cwd: root,
    input: `${lines.join('\n')}\n\n`,
    env: { GIT_TERMINAL_PROMPT: '0' },
    reject: false,
  })
  const field = (name: string): string | undefined =>
    result.stdout
      .split('\n')
      .find((line) => line.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  const [user, password] = [field('username'), field('password')]
  if (result.exitCode !== 0 || user === undefined || password === undefined)
    throw failed(remote, 'it asks for a password, and git has none', 'git fetch, with a credential helper')
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

async function boundedText(remote: string, { body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += (chunk as Uint8Array).length
    if (size > MAX_ANSWER) throw failed(remote, 'its LFS API sent a very long answer', 'git lfs env')
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function failed(remote: string, why: string, hint: string): ModelError {
  return new ModelError('lfs-failed', `"${remote}" could not be asked for its contents: ${why}`, {
    hints: [hint],
    data: { remote },
  })
}
