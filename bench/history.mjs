// npm run bench:history: what large histories cost. Every time is measured beside its yardstick, in turns.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { importHistory } from './history/import-history.mjs'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9)
const SIZES = (process.env.BENCH_SIZES ?? '1000,10000,100000').split(',').map(Number)
const LIST = ['runs', '--sort', 'metrics.val/acc', '--limit', '20']

const program = path.resolve(import.meta.dirname, '../dist/bin.js')
const folder = mkdtempSync(path.join(tmpdir(), 'git-model-bench-'))
const memoryFile = path.join(folder, 'memory')
const env = makeEnvironment()

try {
  const results = []
  for (const size of SIZES) results.push(await measure(size))
  if (process.argv.includes('--json'))
    process.stdout.write(
      `${JSON.stringify({ schema: 'bench-history/v1', rounds: ROUNDS, results }, undefined, 2)}\n`,
    )
  else print(results)
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function measure(size) {
  const repo = await makeHistory(size)
  const cold = measureCold(repo)
  const warm = turns(repo, () => model(repo, LIST))
  const added = await measureUpdates(repo, size)
  const diff = turns(repo, () => model(repo, ['diff', 'HEAD~5', 'HEAD']))
  return { size, cold, warm, added, diff }
}

// In BENCH_HISTORIES histories are kept for the next time: making one takes longer than measuring it.
async function makeHistory(size) {
  const kept = path.join(process.env.BENCH_HISTORIES ?? folder, `runs-${size}`)
  if (!existsSync(kept)) {
    const making = `${kept}.${process.pid}`
    mkdirSync(making, { recursive: true })
    run('git', ['init', '--quiet', '--initial-branch=main'], making)
    await importHistory(making, { to: size, env })
    run('git', ['checkout', '--quiet', 'main'], making)
    renameSync(making, kept)
  }
  const repo = path.join(folder, `measured-${size}`)
  cpSync(kept, repo, { recursive: true })
  return repo
}

function measureCold(repo) {
  const notes = run('git', ['ls-tree', '-r', 'refs/notes/model/runs'], repo).stdout
  const input = notes.replaceAll(/^\S+ \S+ (\S+)\t.*$/gm, '$1')
  const pairs = []
  for (let round = 0; round < 3; round++) {
    const read = timed(() => run('git', ['cat-file', '--batch'], repo, { input }))
    rmSync(path.join(repo, '.git/model'), { recursive: true, force: true })
    const { time, memory } = model(repo, LIST)
    pairs.push({ read, time, memory })
  }
  return {
    read: median(pairs.map(({ read }) => read)),
    time: median(pairs.map(({ time }) => time)),
    ratio: median(pairs.map(({ read, time }) => time / read)),
    memory: Math.max(...pairs.map(({ memory }) => memory)),
  }
}

// Each round has a hundred runs more to find.
async function measureUpdates(repo, size) {
  const rounds = []
  for (let round = 0; round < 5; round++) {
    await importHistory(repo, { from: size + 100 * round, to: size + 100 * (round + 1), env })
    run('git', ['reset', '--quiet', '--hard', 'main'], repo)
    const boot = bootTime()
    const { time, memory } = model(repo, LIST)
    rounds.push({ over: time - boot, boot, memory })
  }
  return summary(rounds)
}

function turns(repo, task) {
  task()
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    const boot = bootTime()
    const { time, memory } = task()
    rounds.push({ over: time - boot, boot, memory })
  }
  return summary(rounds)
}

function summary(rounds) {
  const boot = median(rounds.map((round) => round.boot))
  const over = median(rounds.map((round) => round.over))
  return { boot, over, memory: Math.max(...rounds.map(({ memory }) => memory)) }
}

function bootTime() {
  return timed(() => run(process.execPath, ['-e', '0'], folder))
}

function model(repo, args) {
  const watch = `data:text/javascript,import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(${JSON.stringify(memoryFile)},String(process.resourceUsage().maxRSS)))`
  const time = timed(() => run(process.execPath, ['--import', watch, program, ...args], repo))
  return { time, memory: Number(readFileSync(memoryFile, 'utf8')) / 1024 }
}

function print(results) {
  const node = median(results.map(({ warm }) => warm.boot))
  process.stdout.write(
    `boot of Node: ${node.toFixed(0)} ms; times below are over it, medians of ${ROUNDS}\n\n`,
  )
  const head = ['runs', ...results.map(({ size }) => size.toLocaleString('en')), 'goal at 100,000']
  const row = (name, cell, goal) => [name, ...results.map(cell), goal]
  const [small, large] = [results.at(-2), results.at(-1)]
  const growth = small === undefined ? '' : times(total(large.warm) / total(small.warm))
  const rows = [
    row('runs --sort metrics.val/acc --limit 20, warm', ({ warm }) => ms(warm), '<= 60 ms'),
    row('the same, first time after a clone', ({ cold }) => times(cold.ratio), '<= 6 x cat-file --batch'),
    row('the same, after 100 new runs', ({ added }) => ms(added), '<= 300 ms'),
    row('diff HEAD~5 HEAD', ({ diff }) => ms(diff), '<= 80 ms'),
    row(
      'most memory of these',
      ({ cold, warm, added, diff }) =>
        `${Math.max(cold.memory, warm.memory, added.memory, diff.memory).toFixed(0)} MB`,
      '< 300 MB',
    ),
    ['growth of the warm list, to the last column', ...results.slice(1).map(() => ''), growth, '< 1.5 x'],
  ]
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => cells[column].length)))
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |\n`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`
  process.stdout.write(line(head) + rule + rows.map(line).join(''))
}

function total({ boot, over }) {
  return boot + over
}

function ms({ over }) {
  return `${over.toFixed(0)} ms`
}

function times(ratio) {
  return `${ratio.toFixed(2)} x`
}

function timed(task) {
  const start = performance.now()
  task()
  return performance.now() - start
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function makeEnvironment() {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(GIT_|NODE_|XDG_)/.test(name)),
  )
  writeFileSync(path.join(folder, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.org\n')
  return { ...clean, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' }
}

function run(command, args, cwd, options = {}) {
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 30, ...options })
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr}`)
  return result
}
