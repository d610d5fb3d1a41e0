// What every bench needs: a hermetic environment, timed processes, and rows of ratios.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync, mkdirSync, chmodSync } from 'node:fs'
import path from 'node:path'

export const project = path.resolve(import.meta.dirname, '..')
export const program = path.join(project, 'dist/bin.js')

/** Makes an environment of its own below a folder: nothing of the machine's git configuration is in it. */
export function makeEnvironment(folder) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GIT_|XDG_)/.test(name)))
  const env = { ...clean, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
  const settings = { 'user.name': 'Ada', 'user.email': 'ada@example.org', 'init.defaultBranch': 'main' }
  for (const [key, value] of Object.entries(settings))
    execFileSync('git', ['config', '--global', key, value], { env })
  return env
}

/** Runs a program to its end and returns what it printed. */
export function run(command, args, { cwd, env }) {
  const result = spawnSync(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 30,
  })
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr}`)
  return result.stdout.toString()
}

/** Milliseconds that a task takes. */
export function timed(task) {
  const start = performance.now()
  task()
  return performance.now() - start
}

/** The largest resident set of git-model itself, in megabytes, while it runs a command. */
export function peakMemory(args, { cwd, env, folder }) {
  const report = path.join(folder, 'peak')
  const probe = `import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(${JSON.stringify(report)},String(process.resourceUsage().maxRSS)))`
  run(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(probe)}`, program, ...args], {
    cwd,
    env,
  })
  const megabytes = Number(readFileSync(report, 'utf8')) / 1024
  rmSync(report)
  return megabytes
}

/** How many git processes a command of git-model starts; those that git itself starts are not counted. */
export function gitProcesses(args, { cwd, env, folder }) {
  const bin = path.join(folder, 'counting')
  const log = path.join(folder, 'git-processes')
  const git = execFileSync('sh', ['-c', 'command -v git'], { env, encoding: 'utf8' }).trim()
  mkdirSync(bin, { recursive: true })
  writeFileSync(path.join(bin, 'git'), `#!/bin/sh\necho "$*" >>'${log}'\nexec '${git}' "$@"\n`)
  chmodSync(path.join(bin, 'git'), 0o755)
  writeFileSync(log, '')
  run(process.execPath, [program, ...args], {
    cwd,
    env: { ...env, PATH: `${bin}${path.delimiter}${env.PATH}` },
  })
  return readFileSync(log, 'utf8').split('\n').filter(Boolean).length
}

/** A row of a table: medians, and the median of the ratios of what was measured side by side. */
export function row(what, against, ours, theirs, goal, note) {
  const ratio = median(ours.map((time, index) => time / theirs[index]))
  return { what, against, ours: median(ours), theirs: median(theirs), ratio, goal, note }
}

/** The median of some numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

/** Prints rows as text, or with `--json` as one object. */
export function print(rows) {
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ schema: 'bench/v1', rows }, undefined, 2)}\n`)
    return
  }
  for (const { what, against, ours, theirs, ratio, goal, note } of rows) {
    const verdict = goal === undefined ? '' : `   goal <= ${goal}${ratio <= goal ? '' : '   MISSED'}`
    process.stdout.write(`${what}\n  against ${against}\n`)
    process.stdout.write(
      `  ${ours.toFixed(1)} ms / ${theirs.toFixed(1)} ms = ${ratio.toFixed(2)}${verdict}\n`,
    )
    if (note !== undefined) process.stdout.write(`  ${note}\n`)
  }
}
