// Makes a fresh clone ready: dependencies, build, git-lfs. Only Node's own modules, since nothing else is there yet.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const MINIMUM = [20, 19]

checkNode()
checkProgram('git', ['--version'], 'git 2.36 or newer is needed: sudo apt-get install git')
ensureLfs()
await withLock(() => {
  installDependencies()
  build()
})

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return
  fail(`Node ${MINIMUM.join('.')} or newer is needed, and this is ${process.versions.node}`)
}

function checkProgram(program, args, message) {
  if (!works(program, args)) fail(message)
}

function ensureLfs() {
  if (works('git', ['lfs', 'version'])) return
  const [program, ...args] = lfsInstaller() ?? []
  if (program === undefined) fail('git-lfs is needed: https://git-lfs.com tells how to install it here')
  const asRoot = process.getuid?.() === 0 || program === 'brew'
  const sudo = !asRoot && works('sudo', ['-n', 'true'])
  const typed = `${asRoot ? '' : 'sudo '}${[program, ...args].join(' ')}`
  if (!asRoot && !sudo) fail(`git-lfs is needed. Type: ${typed}`)
  say('installing git-lfs')
  const prefix = sudo ? ['sudo', '-n'] : []
  if (program === 'apt-get') run([...prefix, 'apt-get', 'update', '-qq'])
  run([...prefix, program, ...args])
  checkProgram('git', ['lfs', 'version'], `git-lfs could not be installed. Type: ${typed}`)
}

function lfsInstaller() {
  const known = [
    ['apt-get', 'install', '-y', '-qq', 'git-lfs'],
    ['dnf', 'install', '-y', 'git-lfs'],
    ['apk', 'add', 'git-lfs'],
    ['pacman', '-S', '--noconfirm', 'git-lfs'],
    ['brew', 'install', 'git-lfs'],
  ]
  return known.find(([program]) => works(program, ['--version']))
}

// A stamp in node_modules says which lock file it was installed from.
function installDependencies() {
  const wanted = digest(['package.json', 'package-lock.json'])
  const stamp = path.join(root, 'node_modules', '.git-model-stamp')
  if (read(stamp) === wanted) return
  say('installing dependencies')
  run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}

function build() {
  const sources = ['src', 'schemas'].flatMap(listFiles).filter((file) => !file.includes('/generated/'))
  const wanted = digest([...sources, 'package.json', 'package-lock.json', 'tsdown.config.mjs'])
  const stamp = path.join(root, 'dist', '.git-model-stamp')
  if (read(stamp) === wanted) return
  say('building')
  run(['npm', 'run', '--silent', 'build'])
  writeFileSync(stamp, wanted)
}

// Two commands in a fresh clone at once must not install into each other.
async function withLock(task) {
  const lock = path.join(root, '.git-model-bootstrap.lock')
  const end = Date.now() + 600_000
  while (true) {
    try {
      mkdirSync(lock)
      break
    } catch {
      if (Date.now() > end || age(lock) > 900_000) rmSync(lock, { recursive: true, force: true })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  process.on('exit', () => rmSync(lock, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
  task()
}

function age(file) {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch {
    return 0
  }
}

function listFiles(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort()
}

function digest(files) {
  const hash = createHash('sha256').update(process.versions.node)
  for (const file of files) hash.update(file).update(readFileSync(path.join(root, file)))
  return hash.digest('hex')
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function works(program, args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function run([program, ...args]) {
  // What it says goes to stderr: stdout belongs to the command that comes after.
  const { status } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail(`this failed: ${[program, ...args].join(' ')}`)
}

function say(text) {
  process.stderr.write(`git-model: ${text}\n`)
}

function fail(message) {
  process.stderr.write(`git-model: ${message}\n`)
  process.exit(1)
}
