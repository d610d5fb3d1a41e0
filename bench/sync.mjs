// npm run bench:sync: what publishing, merging and finishing at once cost, as ratios measured side by side in one run.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { importHistory } from './history/import-history.mjs'
import { gitProcesses, makeEnvironment, peakMemory, print, program, row, run, timed } from './support.mjs'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const NEW = 1000
/** How many runs both sides have when they are merged. */
const EXISTING = (process.env.BENCH_EXISTING ?? '10000,100000').split(',').map(Number)
const folder = mkdtempSync(path.join(tmpdir(), 'git-model-bench-'))
const env = makeEnvironment(folder)
const METADATA = ['refs/notes/model/runs', 'refs/notes/model/series', 'refs/model/runs']

try {
  const merging = []
  for (const existing of EXISTING) merging.push(await measureMerging(existing))
  print([await measurePublishing(10_000), ...merging, await measureFinishing(32)])
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** 1,000 new runs on top of others: sync, which asks, merges and pushes, against git push of the same objects. */
async function measurePublishing(existing) {
  const repo = await makeHistory('publishing', existing)
  const remote = `${repo}.git`
  run('git', ['clone', '--quiet', '--bare', repo, remote], { cwd: folder, env })
  run('git', ['push', '--quiet', remote, ...METADATA], { cwd: repo, env })
  run('git', ['remote', 'add', 'origin', remote], { cwd: repo, env })
  model(repo, 'sync')
  await importHistory(repo, { from: existing, to: existing + NEW, env })
  run('git', ['push', '--quiet', 'origin', 'main'], { cwd: repo, env })
  const times = [[], []]
  for (let round = -1; round < ROUNDS; round++) {
    const sides = ['ours', 'theirs'].map((side) => {
      const there = path.join(folder, side)
      for (const end of ['', '.git']) cpSync(`${repo}${end}`, `${there}${end}`, { recursive: true })
      run('git', ['remote', 'set-url', 'origin', `${there}.git`], { cwd: there, env })
      return there
    })
    const push = ['push', '--quiet', '--no-verify', '--atomic', 'origin', ...METADATA]
    const pair = [timed(() => model(sides[0], 'sync')), timed(() => run('git', push, { cwd: sides[1], env }))]
    if (round >= 0) for (const [side, time] of pair.entries()) times[side].push(time)
    for (const side of sides)
      for (const end of ['', '.git']) rmSync(`${side}${end}`, { recursive: true, force: true })
  }
  return row(
    `sync of ${NEW} new runs beside ${existing.toLocaleString('en')}`,
    'git push of the same objects',
    times[0],
    times[1],
    2,
  )
}

/** Two sides with 1,000 runs each, over the runs that both have: the merge alone, against a comparison of the trees. */
async function measureMerging(existing) {
  const repo = await makeHistory(`merging-${existing}`, existing)
  const other = `${repo}-other`
  cpSync(repo, other, { recursive: true })
  await importHistory(repo, { from: existing, to: existing + NEW, env })
  await importHistory(other, { from: existing + NEW, to: existing + 2 * NEW, env })
  run('git', ['remote', 'add', 'origin', other], { cwd: repo, env })
  const tracking = METADATA.map(
    (ref) =>
      `+${ref}:${ref.replace('refs/', 'refs/model/remotes/origin/').replace('/model/runs', '/runs').replace('/model/series', '/series').replace('origin/model', 'origin')}`,
  )
  run('git', ['fetch', '--quiet', '--refmap=', 'origin', ...tracking], { cwd: repo, env })
  const tips = METADATA.map((ref) => [ref, run('git', ['rev-parse', ref], { cwd: repo, env }).trim()])
  const restore = () => {
    const lines = tips.map(([ref, oid]) => `update ${ref} ${oid}\n`).join('')
    run('sh', ['-c', `printf '%s' '${lines}' | git update-ref --stdin && rm -rf .git/model/folded`], {
      cwd: repo,
      env,
    })
  }
  const fold = ['hook', 'post-merge']
  const trees = (ref) => [ref, ref.replace('refs/notes/model/', 'refs/model/remotes/origin/notes/')]
  const times = [[], []]
  for (let round = -1; round < ROUNDS; round++) {
    restore()
    const ours = timed(() => model(repo, ...fold))
    restore()
    const theirs = timed(() => {
      for (const ref of METADATA.slice(0, 2))
        run('git', ['diff-tree', '-r', ...trees(ref)], { cwd: repo, env })
    })
    if (round < 0) continue
    times[0].push(ours)
    times[1].push(theirs)
  }
  restore()
  const processes = gitProcesses(fold, { cwd: repo, env, folder })
  restore()
  const memory = peakMemory(fold, { cwd: repo, env, folder })
  return row(
    `merging two sides of ${NEW} runs each over ${existing.toLocaleString('en')}`,
    'git diff-tree of their notes trees',
    times[0],
    times[1],
    undefined,
    `${processes} git processes, goal < 10; ${memory.toFixed(0)} MB at its peak`,
  )
}

/** Many runs that end at once, against the same runs one after the other. */
async function measureFinishing(count) {
  const repo = await makeHistory('finishing', 1000)
  const args = [program, 'run', '--', 'true']
  const start = async () => {
    const child = spawn(process.execPath, args, { cwd: repo, env, stdio: 'ignore' })
    const [exitCode] = await once(child, 'exit')
    if (exitCode !== 0) throw new Error(`a run ended with ${exitCode}`)
  }
  const times = [[], []]
  for (let round = 0; round < 3; round++) {
    const together = performance.now()
    await Promise.all(Array.from({ length: count }, start))
    times[0].push(performance.now() - together)
    const apart = performance.now()
    for (let run = 0; run < count; run++) await start()
    times[1].push(performance.now() - apart)
  }
  return row(`${count} runs that start and end at once`, 'the same runs one after the other', ...times, 2)
}

async function makeHistory(name, runs) {
  const repo = path.join(folder, name)
  run('git', ['init', '--quiet', repo], { cwd: folder, env })
  await importHistory(repo, { to: runs, env })
  run('git', ['reset', '--quiet', '--hard', 'main'], { cwd: repo, env })
  run('git', ['gc', '--quiet'], { cwd: repo, env })
  return repo
}

function model(cwd, ...args) {
  return run(process.execPath, [program, ...args], { cwd, env })
}
