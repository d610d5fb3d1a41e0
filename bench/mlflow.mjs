// npm run bench:mlflow: what MLflow's own client waits for, from git model serve and from MLflow's server on SQLite,
// side by side in one run, and from a server that does nothing: what the client itself takes. Needs a Python with mlflow: GIT_MODEL_TEST_PYTHON, or the one that npm run test:clients made.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { importHistory } from './history/import-history.mjs'
import { makeEnvironment, median, print, program, project, row, run } from './support.mjs'

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
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    stopServers()
    process.exit(1)
  })
}
try {
  const starts = await measureStarts()
  const ours = await startOurs()
  const theirs = await startTheirs()
  const [times, peers] = [await measure('ours', ours), await measure('theirs', theirs)]
  const idle = await measureIdle()
  const rows = Object.entries(GOALS).map(([what, goal]) => {
    const note = idle[what] && `the client alone: ${median(idle[what]).toFixed(1)} ms`
    return row(what, 'mlflow server', times[what], peers[what], goal, note)
  })
  print([...starts, ...rows])
  process.stdout.write(`largest resident set of git model serve: ${ours.peak()} MB\n`)
} finally {
  stopServers()
  await sleep(1000)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function stopServers() {
  for (const server of servers) if (server.exitCode === null) process.kill(-server.pid, 'SIGTERM')
}

// In a repository without runs.
async function measureStarts() {
  const cwd = path.join(folder, 'empty')
  mkdirSync(cwd)
  run('git', ['init', '--quiet'], { cwd, env })
  run('git', ['commit', '--quiet', '--allow-empty', '-m', 'first'], { cwd, env })
  const times = { boot: [], answer: [], led: [], plain: [] }
  for (let round = 0; round < 7; round++) {
    times.boot.push(await timed(() => run(process.execPath, ['-e', '0'], { cwd, env })))
    times.answer.push(await timed(() => firstAnswer(cwd)))
    times.led.push(untilCommand(cwd, []))
    times.plain.push(untilCommand(cwd, ['--no-mlflow']))
  }
  const above = median(times.answer) - median(times.boot)
  const note = `${above.toFixed(0)} ms above it, goal <= 100`
  return [
    row('start of the server to its first answer', "Node's boot", times.answer, times.boot, undefined, note),
    row('start of the command of git model run', '--no-mlflow', times.led, times.plain, 1.1),
  ]
}

async function firstAnswer(cwd) {
  const port = await freePort()
  const server = start(process.execPath, [program, 'serve', '--port', String(port)], cwd)
  const url = `http://127.0.0.1:${port}/api/2.0/mlflow/experiments/get?experiment_id=0`
  for (;;) {
    if ((await fetch(url).catch(() => undefined))?.ok === true) break
    await sleep(2)
  }
  server.kill('SIGTERM')
}

// The command says when it began.
function untilCommand(cwd, words) {
  const began = Date.now()
  const command = ['--', process.execPath, '-p', 'Math.round(performance.timeOrigin)']
  return Number(run(process.execPath, [program, 'run', ...words, ...command], { cwd, env })) - began
}

async function timed(action) {
  const from = performance.now()
  await action()
  return performance.now() - from
}

// A server that knows one run and forgets everything.
async function measureIdle() {
  const info = { run_id: 'a'.repeat(40), run_uuid: 'a'.repeat(40), experiment_id: '1', status: 'RUNNING' }
  const runInfo = { ...info, start_time: 1, lifecycle_stage: 'active', artifact_uri: 'mlflow-artifacts:/1' }
  const body = JSON.stringify({ experiment_id: '1', run: { info: runInfo, data: {} }, run_info: runInfo })
  const server = createHttpServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const times = await measure('idle', { url: `http://127.0.0.1:${server.address().port}` })
  server.close()
  return times
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
    env: {
      ...env,
      MLFLOW_TRACKING_URI: url,
      MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true',
      MLFLOW_DISABLE_TELEMETRY: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${script} ended with ${code}`)
  return JSON.parse(text)
}

function start(command, words, cwd) {
  // MLflow's server has workers for jobs, which nobody here asks for.
  const quiet = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' }
  const server = spawn(command, words, { cwd, env: { ...env, ...quiet }, stdio: 'ignore', detached: true })
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
