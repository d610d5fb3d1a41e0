import { execa } from 'execa'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { parse } from 'yaml'
import { serveRepository } from '../support/git-daemon.ts'
import { randomNumbers, runKilled, type Ended } from '../support/process-group.ts'
import { clone, gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

const program = path.resolve(import.meta.dirname, '../../dist/bin.js')
const library = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href
const STEPS = 8

// Says in a file of its own what the library has acknowledged.
const TRAIN = `
import { startRun } from ${JSON.stringify(library)}
import { appendFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
const say = (line) => appendFileSync(process.argv[2], line + '\\n')
const run = await startRun({ params: { name: process.argv[3] } })
say('run ' + run.id)
for (let step = 0; step < ${STEPS}; step++) {
  run.log({ loss: 1 / (step + 1) }, { step })
  say('step ' + step)
  await sleep(5)
}
writeFileSync('out.bin', run.id)
await run.output('out.bin')
say('output')
await run.finish()
say('finished')
`

/** What somebody was told about a run. */
interface Promised {
  steps: Set<number>
  late: Set<number>
  hasOutput: boolean
  isFinished: boolean
  /** What its command wrote about errors. */
  stderr: string
}

type Action = (name: string) => { args: string[]; acknowledge: (told: Ended) => void }

/** A repository with a remote, in which commands are killed, and what was acknowledged there. */
export class CrashSite {
  /** How many commands did not end by themselves. */
  interrupted = 0
  readonly #runs = new Map<string, Promised>()
  readonly #durations = new Map<string, number>()
  readonly #random: () => number
  #count = 0
  #version = ''

  readonly repo: TestRepo
  readonly origin: string

  private constructor(repo: TestRepo, origin: string, seed: number) {
    this.repo = repo
    this.origin = origin
    this.#random = randomNumbers(seed)
  }

  static async open(seed: number): Promise<CrashSite> {
    const repo = await gitdir({
      'train.mjs': TRAIN,
      '.gitignore': 'said-*\n*.bin\n',
      '.gitmodel.yaml': 'models: {w: {path: w.txt}}\n',
      'w.txt': 'weights',
    })
    const origin = path.join(temporaryFolder(), 'origin.git')
    await execa('git', ['init', '--quiet', '--bare', origin])
    await repo.git('remote', 'add', 'origin', await serveRepository(origin))
    await repo.git('config', 'lfs.url', `file://${origin}`)
    await repo.git('push', '--quiet', '--set-upstream', 'origin', 'main')
    expect((await repo.model('init')).exitCode).toBe(0)
    await repo.commit({}, 'set up git-model')
    expect((await repo.model('card', 'new', 'w')).exitCode).toBe(0)
    const site = new CrashSite(repo, origin, seed)
    await site.#checkUnharmed()
    return site
  }

  // What fails by itself would tell nothing when it is killed. How long it takes tells when to kill it.
  async #checkUnharmed(): Promise<void> {
    for (const kind of ['run', 'script', 'log', 'sync', 'card', 'doctor']) {
      const { args, acknowledge } = this.#actions[kind]!(`unharmed-${kind}`)
      const told = await runKilled(this.repo.dir, process.execPath, args, { after: 2 ** 30, whole: true })
      expect(told.exitCode, `${kind}\n${told.stderr}`).toBe(0)
      this.#durations.set(kind, told.took)
      acknowledge(told)
    }
    expect(this.#finished().length, 'training scripts that came to their end').toBe(2)
    await this.check('nothing was killed')
  }

  /** Runs one command and kills it somewhere. Returns what was done, in words. */
  async crash(): Promise<string> {
    const kinds = ['run', 'script', 'log', 'sync', 'card', 'doctor'] as const
    const open = kinds.filter((kind) => kind !== 'log' || this.#finished().length > 0)
    const kind = open[Math.floor(this.#random() * open.length)]!
    this.#count += 1
    const name = `r${this.#count}`
    const { args, acknowledge } = this.#actions[kind]!(name)
    const after = this.#random() * this.#durations.get(kind)!
    // Sometimes only the program dies, and what it had started goes on.
    const isWhole = this.#random() < 0.7
    const told = await runKilled(this.repo.dir, process.execPath, args, { after, whole: isWhole })
    if (told.exitCode === null) this.interrupted += 1
    acknowledge(told)
    return `${kind} ${name}, ${isWhole ? 'with its children' : 'alone'}, ${told.exitCode === null ? 'killed' : 'ended'} after ${Math.round(after)} ms`
  }

  /** Lets doctor mend what can be mended. */
  async mend(story: string): Promise<void> {
    const ran = await this.repo.model('doctor', '--fix')
    expect(ran.exitCode, `${story}\n${ran.stdout}${ran.stderr}`).toBe(0)
    const again = await this.repo.model('doctor', '--json')
    const { findings } = JSON.parse(again.stdout) as { findings: { check: string; state: string }[] }
    const ill = findings.filter(({ state }) => state !== 'ok')
    expect(ill, `${story}\n${ran.stdout}`).toEqual([])
  }

  /** Everything acknowledged is in the notes, and nothing else was left. */
  async check(story: string): Promise<void> {
    const { repo } = this
    expect(leftovers(repo.path('.git')), story).toEqual([])
    expect(await repo.git('for-each-ref', 'refs/model/running'), story).toBe('')
    expect(await repo.git('status', '--porcelain'), story).toBe('')
    expect(await repo.git('fsck', '--full', '--no-dangling'), story).toBe('')
    await this.#checkNotes(repo, story)
    const card = await repo.model('card', 'show', 'w', '--json')
    if (this.#version !== '') expect(card.stdout, story).toContain(this.#version)
  }

  /** A teammate gets all of it. */
  async checkTeammate(story: string): Promise<void> {
    const synced = await this.repo.model('sync')
    expect(synced.exitCode, `${story}\n${synced.stderr}`).toBe(0)
    const bob = await clone(this.origin)
    expect((await bob.model('sync')).exitCode).toBe(0)
    await this.#checkNotes(bob, story)
    const args = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/notes/model', 'refs/model/runs']
    expect(await bob.git(...args)).toBe(await this.repo.git(...args))
    for (const [run, { hasOutput }] of this.#runs) {
      if (!hasOutput) continue
      const restored = await bob.model('checkout', run)
      expect(restored.exitCode, `${story}\n${restored.stderr}`).toBe(0)
      expect(await bob.read('out.bin')).toBe(run)
    }
  }

  async #checkNotes(repo: TestRepo, story: string): Promise<void> {
    for (const [run, promised] of this.#runs) {
      const record = parse(await repo.git('notes', '--ref=model/runs', 'show', run)) as Record<string, any>
      const where = `${story}, run ${run}`
      const ends = promised.isFinished ? /^finished$/ : /^(finished|killed)$/
      expect(record['status'], `${where}\n${promised.stderr}`).toMatch(ends)
      if (promised.hasOutput) expect(record['outputs']?.files?.[0]?.path, where).toBe('out.bin')
      if (promised.steps.size + promised.late.size === 0) continue
      const series = parse(await repo.git('notes', '--ref=model/series', 'show', run)) as {
        metrics: Record<string, { step: number[] }>
      }
      expect(series.metrics['loss']?.step ?? [], where).toEqual(expect.arrayContaining([...promised.steps]))
      expect(series.metrics['late']?.step ?? [], where).toEqual(expect.arrayContaining([...promised.late]))
    }
  }

  readonly #actions: Record<string, Action> = {
    run: (name) => {
      const said = this.repo.path(`said-${name}`)
      return {
        args: [program, 'run', '-n', name, '--', process.execPath, 'train.mjs', said, name],
        acknowledge: (told) => this.#believe(said, told),
      }
    },
    script: (name) => {
      const said = this.repo.path(`said-${name}`)
      return {
        args: [this.repo.path('train.mjs'), said, name],
        acknowledge: (told) => this.#believe(said, told),
      }
    },
    log: () => {
      const finished = this.#finished()
      const run = finished[Math.floor(this.#random() * finished.length)]!
      const step = this.#count
      return {
        args: [program, 'log', '--run', run, `late=${step}`, '--step', String(step)],
        acknowledge: ({ exitCode }) => {
          if (exitCode === 0) this.#runs.get(run)!.late.add(step)
        },
      }
    },
    sync: () => ({
      args: [program, 'sync'],
      acknowledge: ({ exitCode, stderr }) => {
        if (exitCode !== null) expect(exitCode, stderr).toBe(0)
      },
    }),
    card: (name) => ({
      args: [program, 'card', 'set', 'w', `card.identity.version=v-${name}`],
      acknowledge: ({ exitCode }) => {
        this.#version = exitCode === 0 ? `v-${name}` : ''
      },
    }),
    doctor: () => ({ args: [program, 'doctor', '--fix'], acknowledge: () => {} }),
  }

  #finished(): string[] {
    return [...this.#runs].filter(([, { isFinished }]) => isFinished).map(([run]) => run)
  }

  #believe(said: string, { exitCode, stderr }: Ended): void {
    const lines = existsSync(said) ? readFileSync(said, 'utf8').split('\n').filter(Boolean) : []
    const run = lines.find((line) => line.startsWith('run '))?.slice(4)
    if (run === undefined) return
    this.#runs.set(run, {
      steps: new Set(lines.filter((line) => line.startsWith('step ')).map((line) => Number(line.slice(5)))),
      late: new Set(),
      hasOutput: lines.includes('output'),
      isFinished: exitCode === 0,
      stderr,
    })
  }
}

/** What a process leaves when it is killed. */
export function leftovers(gitDir: string): string[] {
  const files = readdirSync(gitDir, { recursive: true, encoding: 'utf8' })
  return files.filter(
    (file) => file.endsWith('.lock') || file.startsWith('model/tmp/') || file.startsWith('model/journal/'),
  )
}
