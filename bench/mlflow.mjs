// npm run bench:mlflow: what MLflow's own client waits for, from git model serve and from MLflow's server on SQLite,
// side by side in one run. Needs a Python with mlflow: GIT_MODEL_TEST_PYTHON, or the one that npm run test:clients made.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { importHistory } from './history/import-history.mjs'
import { makeEnvironment, print, program, project, row, run } from './support.mjs'

const RUNS = Number(process.env.BENCH_RUNS ?? 10_000)
const GOALS = {
  'log_metric, one at a time': 1 / 3,
  'log_batch of 1,000 metrics': 1 / 5,
  'create and finish a run': 1 / 2,
  'search_runs by a metric, 20 of the runs': 1 / 10,
  'PUT of a 1 GB artifact': 1 / 1.5,
}
const made = path.join(project, 'node_modules/.cache/git-model-clients/bin/python')
const python = process.env.GIT_MODEL_TEST_PYTHON ?? made
const folder = mkdtempSync(path.join(tmpdir(), 'git-model-bench-'))
const env = makeEnvironment(folder)
const servers = []

if (!existsSync(python)) {
  process.stderr.write('there is no Python with mlflow: npm run test:clients makes one\n')
  process.exit(1)
}
try {
  const ours = await startOurs()
  const theirs = await startTheirs()
  const [times, peers] = [await measure('ours', ours), await measure('theirs', theirs)]
  print(
    Object.entries(GOALS).map(([what, goal]) => row(what, 'mlflow server', times[what], peers[what], goal)),
  )
  process.stdout.write(`largest resident set of git model serve: ${ours.peak()} MB\n`)
} finally {
  for (const server of servers) process.kill(-server.pid, 'SIGTERM')
  await sleep(1000)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function startOurs() {
  const cwd = path.join(folder, 'repo')
  mkdirSync(cwd)
  run('git', ['init', '--quiet'], { cwd, env })
  await importHistory(cwd, { to: RUNS, env })
  run('git', ['reset', '--quiet', '--hard', 'main'], { cwd, env })
  const port = await freePort()
  const server = start(process.execPath, [program, 'serve', '--port', String(port)], cwd)
  const status = () => readFileSync(`/proc/${server.pid}/status`, 'utf8')
  const peak = () => Math.round(Number(/VmHWM:\s+(\d+)/.exec(status())[1]) / 1024)
  return { url: await answering(port), peak }
}

async function startTheirs() {
  const cwd = path.join(folder, 'theirs')
  mkdirSync(cwd)
  const port = await freePort()
  const store = ['--backend-store-uri', 'sqlite:///db', '--artifacts-destination', './artifacts']
  const words = ['server', ...store, '--port', String(port)]
  start(path.join(path.dirname(python), 'mlflow'), words, cwd)
  return { url: await answering(port), database: path.join(cwd, 'db') }
}

async function measure(side, { url, database }) {
  const script = path.join(import.meta.dirname, 'mlflow-client.py')
  const words = [script, side, String(RUNS), ...(database === undefined ? [] : [database])]
  const child = spawn(python, words, {
    cwd: folder,
    env: { ...env, MLFLOW_TRACKING_URI: url, MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${script} ended with ${code}`)
  return JSON.parse(text)
}

function start(command, words, cwd) {
  const server = spawn(command, words, { cwd, env, stdio: 'ignore', detached: true })
  servers.push(server)
  return server
}

async function answering(port) {
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 600; attempt++) {
    if ((await fetch(`${url}/health`).catch(() => undefined))?.ok === true) return url
    await sleep(200)
  }
  throw new Error(`nobody answers on ${url}`)
}

async function freePort() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}
