// Makes a fresh clone ready: git, git-lfs, dependencies, build. It uses Node's own modules only, since nothing else is
// there yet, and no syntax that an old Node cannot read, so that an old Node is told what it lacks.
// Progress goes to stderr: stdout belongs to the command that comes after. --quiet says nothing when nothing is to do.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const MINIMUM_NODE = [20, 19]
const MINIMUM_GIT = [2, 36]
const WINDOWS = process.platform === 'win32'
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const lock = path.join(root, '.git-model-bootstrap.lock')
const dependenciesStamp = path.join(root, 'node_modules', '.git-model-stamp')
const buildStamp = path.join(root, 'dist', '.git-model-stamp')

checkNode()
checkGit()
const steps = [
  { isDone: hasLfs, carryOut: installLfs },
  { isDone: hasDependencies, carryOut: installDependencies },
  { isDone: isBuilt, carryOut: build },
]
if (steps.some((step) => !step.isDone())) await withLock(() => steps.forEach(perform))
if (!process.argv.includes('--quiet')) say('ready')

// Asked again under the lock: another process may have done it meanwhile.
function perform(step) {
  if (!step.isDone()) step.carryOut()
}

function checkNode() {
  if (isAtLeast(process.versions.node, MINIMUM_NODE)) return
  fail(
    `Node ${MINIMUM_NODE.join('.')} or newer is needed, and this is ${process.versions.node}: https://nodejs.org`,
  )
}

function checkGit() {
  const { status, stdout } = spawnSync('git', ['--version'], { encoding: 'utf8' })
  const wanted = `git ${MINIMUM_GIT.join('.')} or newer is needed`
  if (status !== 0) fail(`${wanted}. Type: ${packageCommand('git')?.typed ?? 'see https://git-scm.com'}`)
  const version = (/\d+\.\d+/.exec(stdout) ?? ['0.0'])[0]
  if (!isAtLeast(version, MINIMUM_GIT)) fail(`${wanted}, and this is ${version}`)
}

function isAtLeast(version, [wantedMajor, wantedMinor]) {
  const [major, minor] = version.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

function hasLfs() {
  return works('git', ['lfs', 'version'])
}

function installLfs() {
  const command = packageCommand('git-lfs')
  if (command === undefined) fail('git-lfs is needed: https://git-lfs.com tells how to install it here')
  const { prefix, words, typed } = command
  if (prefix === undefined) fail(`git-lfs is needed. Type: ${typed}`)
  say('installing git-lfs')
  if (words[0] === 'apt-get') runQuietly([...prefix, 'apt-get', 'update', '-qq'])
  run([...prefix, ...words], `git-lfs could not be installed. Type: ${typed}`)
  if (!hasLfs()) fail(`git-lfs was installed, but "git lfs version" fails. Type: ${typed}`)
}

// How this system installs a package; no prefix where it would have to ask for a password.
function packageCommand(name) {
  const words = [
    ['apt-get', 'install', '-y', name],
    ['dnf', 'install', '-y', name],
    ['apk', 'add', name],
    ['pacman', '-S', '--noconfirm', name],
    ['zypper', '--non-interactive', 'install', name],
    ['brew', 'install', name],
  ].find(([program]) => works(program, ['--version']))
  if (words === undefined) return undefined
  if (words[0] === 'brew' || process.getuid?.() === 0) return { words, prefix: [], typed: words.join(' ') }
  const prefix = works('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined
  return { words, prefix, typed: `sudo ${words.join(' ')}` }
}

function hasDependencies() {
  return read(dependenciesStamp) === dependenciesDigest()
}

function installDependencies() {
  say('installing dependencies (npm ci)')
  // Somebody may have set NODE_ENV=production, or omit=dev: then there would be nothing to build with. No package asks
  // for a script at its installation, and our own would build what the next step builds.
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  run(['npm', 'ci', '--include=dev', '--ignore-scripts', ...quiet])
  writeFileSync(dependenciesStamp, dependenciesDigest())
}

function dependenciesDigest() {
  return digest(['package.json', 'package-lock.json'], `${process.platform} ${process.arch}`)
}

function isBuilt() {
  return read(buildStamp) === buildDigest() && existsSync(path.join(root, 'dist', 'bin.js'))
}

function build() {
  say('building')
  // Of the sources as they were before, in case somebody saves a file meanwhile.
  const built = buildDigest()
  run(['npm', 'run', '--silent', 'build'])
  writeFileSync(buildStamp, built)
}

function buildDigest() {
  const sources = ['src', 'schemas'].flatMap(listFiles).filter((file) => !file.includes('/generated/'))
  return digest([...sources, 'package.json', 'package-lock.json', 'tsconfig.json', 'tsdown.config.mjs'])
}

// Two commands in a fresh clone at once must not install into each other. The lock names its process, so that one
// which was killed holds nobody up.
async function withLock(task) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))
  process.on('exit', () => {
    if (read(lock) === String(process.pid)) rmSync(lock, { force: true })
  })
  let waiting = false
  while (!takeLock()) {
    if (!waiting) say(`waiting for another bootstrap, which holds ${lock}`)
    waiting = true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  task()
}

function takeLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`cannot write into ${root}: ${error.message}`)
    const holder = read(lock)
    if (holder !== undefined && !isAlive(Number(holder))) rmSync(lock, { force: true })
    return false
  }
}

// A lock that is not written yet reads as 0, which is our own process group: alive.
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function listFiles(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? listFiles(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )
    .sort()
}

function digest(files, also = '') {
  const hash = createHash('sha256').update(`${process.versions.node} ${also}\n`)
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(path.join(root, file)))
  return hash.digest('hex')
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function works(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function run([program, ...args], message = `this failed: ${[program, ...args].join(' ')}`) {
  if (runQuietly([program, ...args]) !== 0) fail(message)
}

function runQuietly([program, ...args]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(program, args, { cwd: root, env, shell: WINDOWS, stdio: ['ignore', 2, 2] }).status
}

function say(text) {
  process.stderr.write(`git-model: ${text}\n`)
}

function fail(message) {
  say(message)
  process.exit(1)
}
