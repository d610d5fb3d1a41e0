import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { identifyProcess } from '../../src/journal/process-identity.ts'
import { gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

async function record(repo: TestRepo, name: string): Promise<Record<string, any> | undefined> {
  const list = (await repo.git('notes', '--ref=model/runs', 'list')).split('\n').filter(Boolean)
  const texts = await Promise.all(
    list.map((line) => repo.git('notes', '--ref=model/runs', 'show', line.split(' ')[1]!)),
  )
  return texts.map((text) => parse(text) as Record<string, any>).find((found) => found['name'] === name)
}

// A limit of the shell on the size of files stands for a full disk: a write comes back short or fails.
function limited(command: string): string[] {
  return ['-c', `trap '' XFSZ; ulimit -f 0; ${command}`]
}

describe('a disk that is full', () => {
  it('stops a run before it starts, with a reason, and leaves nothing behind', async () => {
    const repo = await gitdir()
    const ran = await repo.exec('sh', limited('git-model run -n full -- true'))
    expect(ran.exitCode).not.toBe(0)
    expect(ran.stderr).toMatch(/^error: /)
    expect(ran.stderr).toContain('hint: ')
    await repo.model('doctor', '--fix')
    expect(await repo.git('for-each-ref', 'refs/model')).toBe('')
    expect((await repo.model('run', '-n', 'after', '--', 'true')).exitCode).toBe(0)
    expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
  })

  it.each([
    ['log', 'git-model log --run base acc=0.7 --step 2'],
    ['sync', 'git-model sync'],
  ])('stops %s with a reason, and afterwards everything is as it was', async (_, command) => {
    const repo = await gitdir()
    const origin = path.join(temporaryFolder(), 'origin.git')
    await repo.git('init', '--quiet', '--bare', origin)
    await repo.git('remote', 'add', 'origin', origin)
    await repo.git('push', '--quiet', '--set-upstream', 'origin', 'main')
    await repo.model('run', '-n', 'base', '--', 'git-model', 'log', 'acc=0.5', '--step', '1')
    const ran = await repo.exec('sh', limited(`${command} | cat`))
    expect(ran.stderr).not.toMatch(/bug|\n\s+at /)
    expect(ran.stderr).toMatch(/^error: .*\n(?:.*\n)*hint: /)
    expect(await repo.git('status', '--porcelain', '--', ':!.gitattributes')).toBe('')
    for (const args of [['init'], ['doctor', '--fix'], ['sync']])
      expect((await repo.model(...args)).exitCode, args.join(' ')).toBe(0)
    expect(await record(repo, 'base')).toMatchObject({ metrics: { acc: { last: 0.5 } } })
    expect(readdirSync(repo.path('.git/model')).filter((name) => name.endsWith('.lock'))).toEqual([])
    expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
  })

  it('at the end of a run keeps the journal, says so, and doctor writes it into git later', async () => {
    const repo = await gitdir()
    const objects = repo.path('.git/objects')
    // A file in place of the object store fails every write, for root too.
    const script = `git model log acc=0.5 --step 1; mv ${objects} ${objects}.away; : > ${objects}`
    const ended = await repo.model('run', '-n', 'late', '--', 'sh', '-c', script)
    expect(ended.exitCode).toBe(1)
    expect(ended.stderr).toContain(
      'error: the run is kept in its journal, and could not be written into git yet',
    )
    expect(ended.stderr).toContain('hint: mend the cause, then: git model doctor --fix')
    await repo.exec('sh', ['-c', `rm ${objects}; mv ${objects}.away ${objects}`])
    await repo.model('doctor', '--fix')
    expect(await record(repo, 'late')).toMatchObject({ status: 'finished', metrics: { acc: { last: 0.5 } } })
  })

  it('hides nothing from readers, and what could not be kept of a run is told at its end', async () => {
    const repo = await gitdir()
    await repo.model('run', '-n', 'base', '--', 'true')
    // A file in place of the folder for scratch fails every fold, for root too.
    const scratch = repo.path('.git/model/tmp')
    const script = `git model log acc=0.5 --step 1; rm -rf ${scratch}; : > ${scratch}`
    const ended = await repo.model('run', '-n', 'late', '--output', 'w.pt', '--', 'sh', '-c', script)
    expect(ended.exitCode).toBe(1)
    expect(ended.stderr).toContain('hint: not recorded: "w.pt" was not written: no such file')

    const listed = await repo.model('runs')
    expect(listed.exitCode, listed.stderr).toBe(0)
    expect(listed.stdout).toMatch(/late +finished/)
    expect(listed.stderr).toContain('warning: what was recorded last is not in git yet: cannot write below')
    const shown = await repo.model('show', 'late')
    expect(shown.stdout).toMatch(/acc +0\.5/)

    rmSync(scratch)
    await repo.model('doctor', '--fix')
    expect((await repo.model('runs')).stderr).toBe('')
    expect(await record(repo, 'late')).toMatchObject({ status: 'finished', metrics: { acc: { last: 0.5 } } })
  })

  it('forgets a journal in which nothing could be written', async () => {
    const repo = await gitdir()
    await repo.model('run', '-n', 'base', '--', 'true')
    const run = (await record(repo, 'base'))!['run'] as string
    const folder = repo.path(`.git/model/journal/${run}`)
    await repo.write(`.git/model/journal/${run}/log.jsonl`, '\n{"time": 1, "met')
    chmodSync(folder, 0o755)
    utimesSync(folder, new Date(0), new Date(0))
    expect((await repo.model('runs')).exitCode).toBe(0)
    expect(readdirSync(repo.path('.git/model/journal'))).toEqual([])
  })

  it('forgets a run at once that was killed before it began, with its ref', async () => {
    const repo = await gitdir()
    const run = await repo.git('rev-parse', 'HEAD')
    const { pid } = spawnSync('true')
    const opening = JSON.stringify({ time: Date.now(), process: identifyProcess(pid) })
    await repo.write(`.git/model/journal/${run}/log.jsonl`, `\n${opening}\n`)
    await repo.git('update-ref', `refs/model/running/${run}`, run)
    const doctor = await repo.model('doctor', '--fix')
    expect(doctor.stdout).toContain('forgot 1 run that had not begun')
    expect(readdirSync(repo.path('.git/model/journal'))).toEqual([])
    expect(await repo.git('for-each-ref', 'refs/model/running')).toBe('')
  })
})
