import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { randomNumbers, runKilled } from '../support/process-group.ts'
import { gitdir, type TestRepo } from '../support/repo.ts'
import { CrashSite, leftovers } from './crash-site.ts'

// `npm run test:soak` sets these higher.
const CHAINS = Number(process.env['CRASH_CHAINS'] ?? 2)
const CRASHES = Number(process.env['CRASHES'] ?? 8)
const SEED = Number(process.env['SEED'] ?? Date.now() % 1e9)

describe('killed with SIGKILL at a random point, again and again in one repository', () => {
  it.concurrent.each(Array.from({ length: CHAINS }, (_, chain) => chain))(
    'doctor --fix finds all that was acknowledged, chain %i',
    { timeout: 60_000 + CRASHES * 30_000 },
    async (chain) => {
      const seed = SEED + chain
      const site = await CrashSite.open(seed)
      for (let crash = 0; crash < CRASHES; crash++) {
        const story = `seed ${seed}, crash ${crash}: ${await site.crash()}`
        await site.mend(story)
        await site.check(story)
      }
      expect(site.interrupted, 'how many commands were killed before they ended').toBeGreaterThanOrEqual(
        CRASHES / 8,
      )
      await site.checkTeammate(`seed ${seed}`)
    },
  )
})

/** The content of every hook, and what git's configuration says. */
async function setting(repo: TestRepo): Promise<Record<string, string>> {
  const hooks = repo.path('.git/hooks')
  const files = readdirSync(hooks).map(
    (name) => [name, readFileSync(path.join(hooks, name), 'utf8')] as const,
  )
  return { ...Object.fromEntries(files), config: await repo.git('config', '--local', '--list') }
}

it(
  'a killed init is completed by the next one, and removal restores what was there before',
  { timeout: 60_000 + CRASHES * 30_000 },
  async () => {
    const random = randomNumbers(SEED)
    const program = path.resolve(import.meta.dirname, '../../dist/bin.js')
    for (let crash = 0; crash < CRASHES; crash++) {
      const repo = await gitdir()
      await repo.write('.git/hooks/pre-commit', '#!/bin/sh\necho mine >>"$(git rev-parse --git-dir)/ran"\n')
      await repo.exec('chmod', ['+x', repo.path('.git/hooks/pre-commit')])
      await repo.git('remote', 'add', 'origin', '../origin.git')
      const before = await setting(repo)
      const after = random() * 700
      const story = `seed ${SEED}, crash ${crash}, after ${Math.round(after)} ms`
      await runKilled(repo.dir, process.execPath, [program, 'init'], { after, whole: random() < 0.7 })
      await repo.model('doctor', '--fix')
      const again = await repo.model('init')
      expect(again.exitCode, `${story}\n${again.stderr}`).toBe(0)
      const doctor = await repo.model('doctor', '--fix')
      expect(doctor.exitCode, `${story}\n${doctor.stdout}`).toBe(0)
      expect(leftovers(repo.path('.git')), story).toEqual([])
      await repo.commit({ 'a.txt': 'a' })
      expect(await repo.read('.git/ran'), story).toBe('mine\n')
      const removed = await repo.model('init', '--remove')
      expect(removed.exitCode, `${story}\n${removed.stderr}`).toBe(0)
      expect(await setting(repo), story).toEqual(before)
    }
  },
)
