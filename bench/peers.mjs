// npm run bench:peers: the same questions about the same runs, to git-model, to MLflow with its runs in SQLite, and to
// DVC, which keeps experiments as commits. Python packages come into node_modules/.cache; BENCH_PYTHON names another one.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { importHistory } from './history/import-history.mjs'
import { makeRecord } from './history/make-record.mjs'
import { makeEnvironment, print, program, project, row, run, timed } from './support.mjs'

const RUNS = Number(process.env.BENCH_RUNS ?? 10_000)
/** DVC reads each of its experiments anew. */
const EXPERIMENTS = Number(process.env.BENCH_EXPERIMENTS ?? 200)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const PACKAGES = ['mlflow-skinny', 'sqlalchemy', 'alembic', 'dvc']

const folder = mkdtempSync(path.join(tmpdir(), 'git-model-bench-'))
const env = {
  ...makeEnvironment(folder),
  MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false',
  DO_NOT_TRACK: 'true',
  DVC_NO_ANALYTICS: 'true',
}
const python = findPython()

try {
  const rows = [...(await againstMlflow()), ...(await againstDvc())]
  print(rows)
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function againstMlflow() {
  const cwd = await history('mlflow', RUNS)
  const database = path.join(folder, 'mlflow.db')
  const lines = Array.from({ length: RUNS }, (_, number) => mlflowLine(number)).join('')
  check(spawnSync(python, [script(), 'fill', database], { env, cwd: folder, input: lines }))
  const ask = (limit) =>
    JSON.parse(run(python, [script(), 'search', database, String(limit)], { cwd: folder, env }))
  const list = (limit) => ['runs', '--sort', 'metrics.val/acc', '--limit', String(limit), '--json']
  const [asked, answered] = [ask(20).runs, JSON.parse(model(cwd, list(20))).runs]
  if (asked.join() !== answered.map(({ name }) => name).join()) throw new Error('the answers differ')
  return [20, 1000].flatMap((limit) => {
    const [ours, theirs, queries] = [[], [], []]
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(timed(() => model(cwd, list(limit))))
      theirs.push(timed(() => queries.push(ask(limit).ms)))
    }
    const what = `the best ${limit} of ${RUNS.toLocaleString('en')} runs by a metric`
    return [
      row(what, 'MLflow on SQLite, a Python script from start to end', ours, theirs),
      row(what, 'MLflow on SQLite, its query alone; git-model from start to end', ours, queries),
    ]
  })
}

async function againstDvc() {
  const cwd = await history('dvc', EXPERIMENTS)
  const peer = path.join(folder, 'dvc-peer')
  writeExperiments(peer)
  const dvc = ['-m', 'dvc', 'exp', 'show', '--all-commits', '--json']
  const shown = run(python, dvc, { cwd: peer, env })
  const names = new Set(shown.match(/sweep-\d+/g))
  if (names.size !== EXPERIMENTS) throw new Error(`dvc shows ${names.size} experiments`)
  const [ours, theirs] = [[], []]
  for (let round = 0; round < Math.min(3, ROUNDS); round++) {
    ours.push(timed(() => model(cwd, ['runs', '--json'])))
    theirs.push(timed(() => run(python, dvc, { cwd: peer, env })))
  }
  return [row(`all of ${EXPERIMENTS} runs as JSON`, 'dvc exp show --all-commits --json', ours, theirs)]
}

// As `dvc exp run` leaves them: a commit on the baseline with its parameters and metrics, and a ref of its own.
function writeExperiments(cwd) {
  mkdirSync(cwd)
  const git = (...args) => run('git', args, { cwd, env }).trim()
  git('init', '--quiet')
  run(python, ['-m', 'dvc', 'init', '--quiet'], { cwd, env })
  const [first, ...others] = Array.from({ length: EXPERIMENTS + 1 }, (_, number) => files(number))
  writeFileSync(
    path.join(cwd, 'dvc.yaml'),
    'stages:\n  train:\n    cmd: python train.py\n    params: [lr, width]\n    metrics:\n      - metrics.json: {cache: false}\n',
  )
  for (const [name, text] of first) writeFileSync(path.join(cwd, name), text)
  git('add', '--all')
  git('commit', '--quiet', '--message', 'baseline')
  const baseline = git('rev-parse', 'HEAD')
  const stream = others.map((texts, index) => {
    const ref = `refs/exps/${baseline.slice(0, 2)}/${baseline.slice(2)}/sweep-${index + 1}`
    const head = `commit ${ref}\ncommitter Ada <ada@example.org> ${1_790_000_000 + index} +0000\ndata 3\nexp\nfrom ${baseline}\n`
    return (
      head + texts.map(([name, text]) => `M 100644 inline ${name}\ndata ${text.length}\n${text}\n`).join('')
    )
  })
  check(spawnSync('git', ['fast-import', '--quiet'], { cwd, env, input: stream.join('') }))
}

function files(number) {
  const { params, metrics } = recordOf(number)
  const md5 = createHash('md5').update(String(number)).digest('hex')
  const lock = `schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    params:\n      params.yaml:\n        lr: ${params.lr}\n        width: ${params.width}\n    outs:\n    - path: metrics.json\n      hash: md5\n      md5: ${md5}\n      size: 100\n`
  const yaml = Object.entries(params).map(([key, value]) => `${key}: ${value}\n`)
  return [
    ['params.yaml', yaml.join('')],
    ['metrics.json', JSON.stringify(metrics)],
    ['dvc.lock', lock],
  ]
}

function mlflowLine(number) {
  const { nonce, started, finished, ...record } = recordOf(number)
  const times = { started: Date.parse(started), finished: Date.parse(finished) }
  const { name, status, params, metrics, tags } = record
  return `${JSON.stringify({ id: nonce, name, status, ...times, params, metrics, tags })}\n`
}

function recordOf(number) {
  return makeRecord(number, { version: 0, oid: '0'.repeat(40) })
}

async function history(name, runs) {
  const cwd = path.join(folder, name)
  mkdirSync(cwd)
  run('git', ['init', '--quiet'], { cwd, env })
  await importHistory(cwd, { to: runs, env })
  run('git', ['reset', '--quiet', '--hard', 'main'], { cwd, env })
  return cwd
}

function model(cwd, args) {
  return run(process.execPath, [program, ...args], { cwd, env })
}

function script() {
  return path.join(import.meta.dirname, 'peers.py')
}

function findPython() {
  if (process.env.BENCH_PYTHON !== undefined) return process.env.BENCH_PYTHON
  const made = path.join(project, 'node_modules/.cache/git-model-peers')
  const found = path.join(made, 'bin/python')
  if (existsSync(path.join(made, 'installed'))) return found
  check(spawnSync('python3', ['-m', 'venv', made], { stdio: 'inherit' }))
  check(spawnSync(found, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], { stdio: 'inherit' }))
  writeFileSync(path.join(made, 'installed'), '')
  return found
}

function check({ status, error, stderr }) {
  if (status !== 0) throw error ?? new Error(String(stderr ?? 'a program failed'))
}
