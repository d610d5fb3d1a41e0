// npm run bench: what git-model costs, as ratios measured side by side in one run. Nothing here fails on a time.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15)
const POINTS = 100_000
const project = path.resolve(import.meta.dirname, '..')
const program = path.join(project, 'dist/bin.js')
const folder = mkdtempSync(path.join(tmpdir(), 'git-model-bench-'))
const trace = path.join(folder, 'node-processes')
const env = makeEnvironment()

try {
  const rows = [measureVersion(), measureEmptyRun(), ...measureHooks(), measurePoints()]
  if (process.argv.includes('--json'))
    process.stdout.write(`${JSON.stringify({ schema: 'bench/v1', rounds: ROUNDS, rows }, undefined, 2)}\n`)
  else print(rows)
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function measureVersion() {
  const [ours, node] = interleave(
    () => run(process.execPath, [program, '--version']),
    () => run(process.execPath, ['-e', '0']),
  )
  return row('git-model --version', 'node -e 0', ours, node, 1.4)
}

function measureEmptyRun() {
  const repo = makeRepository('empty-run')
  const [ours, node] = interleave(
    () => run(process.execPath, [program, 'run', '--', 'true'], repo),
    () => run(process.execPath, ['-e', '0'], repo),
  )
  return row('start and finish of an empty run', 'node -e 0', ours, node, 5)
}

function measureHooks() {
  const [plain, hooked] = ['plain', 'hooked'].map((name) => makeRepository(name))
  run(process.execPath, [program, 'init'], hooked)
  run('git', ['lfs', 'install', '--local'], plain)
  for (const repo of [plain, hooked]) {
    run('git', ['add', '--all'], repo)
    run('git', ['commit', '--quiet', '--allow-empty', '-m', 'set up'], repo)
    run('git', ['push', '--quiet', '--set-upstream', 'origin', 'main'], repo)
  }
  writeFileSync(trace, '')
  const commit = (repo) => {
    appendFileSync(path.join(repo, 'notes.txt'), 'a line\n')
    run('git', ['add', '--all'], repo)
    return timed(() => run('git', ['commit', '--quiet', '-m', 'a line'], repo))
  }
  const push = (repo) => timed(() => run('git', ['push', '--quiet'], repo))
  const times = { commit: [[], []], push: [[], []] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, repo] of [hooked, plain].entries()) {
      times.commit[index].push(commit(repo))
      times.push[index].push(push(repo))
    }
  }
  const started = readFileSync(trace, 'utf8').split('\n').filter(Boolean).length
  const note = `${started} Node processes in ${2 * ROUNDS} commands, goal 0`
  return [
    row(
      'git commit with the hooks, nothing to do',
      'git commit with git-lfs alone',
      times.commit[0],
      times.commit[1],
      undefined,
      note,
    ),
    row(
      'git push with the hooks, nothing to do',
      'git push with git-lfs alone',
      times.push[0],
      times.push[1],
      undefined,
      note,
    ),
  ]
}

// One process each, since a training loop logs from inside: both write the same bytes, line by line.
function measurePoints() {
  const repo = makeRepository('points')
  const ours = `
    import { startRun } from ${JSON.stringify(pathToFileURL(path.join(project, 'dist/index.js')).href)}
    const run = await startRun({ name: 'points' })
    const start = performance.now()
    for (let step = 0; step < ${POINTS}; step++) run.log({ loss: 1 / (step + 1) }, { step })
    process.stdout.write(String(performance.now() - start))
    process.exit()`
  const plain = `
    import { appendFileSync } from 'node:fs'
    const start = performance.now()
    for (let step = 0; step < ${POINTS}; step++) {
      appendFileSync('plain.jsonl', '\\n' + JSON.stringify({ time: Date.now(), metrics: { loss: 1 / (step + 1) }, step }) + '\\n')
    }
    process.stdout.write(String(performance.now() - start))`
  const inside = (code) =>
    Number(
      execFileSync(process.execPath, ['--input-type=module', '-e', code], {
        cwd: repo,
        env,
        encoding: 'utf8',
      }),
    )
  const times = [[], []]
  for (let round = 0; round < 3; round++) {
    times[0].push(inside(ours))
    times[1].push(inside(plain))
  }
  return row(
    `${POINTS.toLocaleString('en')} points through the library`,
    'fs.appendFileSync of the same bytes',
    times[0],
    times[1],
    3,
  )
}

function interleave(a, b) {
  const times = [[], []]
  for (let round = -1; round < ROUNDS; round++) {
    const [x, y] = [timed(a), timed(b)]
    if (round < 0) continue
    times[0].push(x)
    times[1].push(y)
  }
  return times
}

function timed(task) {
  const start = performance.now()
  task()
  return performance.now() - start
}

function row(what, against, ours, theirs, goal, note) {
  const ratio = median(ours.map((time, index) => time / theirs[index]))
  return {
    what,
    against,
    ours: median(ours),
    theirs: median(theirs),
    ratio,
    ...(goal && { goal }),
    ...(note && { note }),
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function makeRepository(name) {
  const repo = path.join(folder, name)
  const remote = `${repo}.git`
  run('git', ['init', '--quiet', '--bare', remote], folder)
  run('git', ['init', '--quiet', repo], folder)
  writeFileSync(path.join(repo, 'train.py'), 'print(1)\n')
  run('git', ['add', '--all'], repo)
  run('git', ['commit', '--quiet', '-m', 'first'], repo)
  run('git', ['remote', 'add', 'origin', remote], repo)
  return repo
}

// `git-model` on the PATH leaves a line for every time that a hook starts it.
function makeEnvironment() {
  const bin = path.join(folder, 'bin')
  mkdirSync(bin)
  chmodSync(program, 0o755)
  symlinkSync(program, path.join(bin, 'git-model-real'))
  writeFileSync(
    path.join(bin, 'git-model'),
    `#!/bin/sh\necho started >> '${trace}'\nexec '${process.execPath}' '${program}' "$@"\n`,
  )
  chmodSync(path.join(bin, 'git-model'), 0o755)
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GIT_|XDG_)/.test(name)))
  const environment = {
    ...clean,
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
  }
  for (const [key, value] of [
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.org'],
    ['init.defaultBranch', 'main'],
  ]) {
    execFileSync('git', ['config', '--global', key, value], { env: environment })
  }
  return environment
}

function run(command, args, cwd = folder) {
  const result = spawnSync(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr}`)
  return result.stdout
}

function print(rows) {
  for (const { what, against, ours, theirs, ratio, goal, note } of rows) {
    const verdict = goal === undefined ? '' : `   goal <= ${goal}${ratio <= goal ? '' : '   MISSED'}`
    process.stdout.write(
      `${what}\n  against ${against}\n  ${ours.toFixed(1)} ms / ${theirs.toFixed(1)} ms = ${ratio.toFixed(2)}${verdict}\n${note ? `  ${note}\n` : ''}`,
    )
  }
}
