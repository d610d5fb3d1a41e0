import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLines } from '../../src/journal/read-lines.ts'
import { gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

const MB = 2 ** 20

describe('a journal', () => {
  it('is read line by line, wherever a piece of it ends', () => {
    const file = path.join(temporaryFolder(), 'log.jsonl')
    const text = fc
      .array(fc.constantFrom('a', 'é', '\n', '{"x": 1}\n'), { maxLength: 12 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (content, piece) => {
        writeFileSync(file, content)
        const lines: string[] = []
        const { end, rest } = readLines(file, 0, (line) => lines.push(line.toString()), piece)
        const whole = content.slice(0, content.lastIndexOf('\n') + 1)
        expect(lines).toEqual(whole.split('\n').filter((line) => line !== ''))
        expect(end).toBe(Buffer.byteLength(whole))
        expect(whole + rest.toString()).toBe(content)
      }),
    )
  })

  it('that is longer than any text is read and folded, and so are those of other runs', async () => {
    const repo = await gitdir()
    await leave(repo, 'large')
    writeLarge(path.join(journalOf(repo), 'process-1.jsonl'))
    const ran = await repo.model('run', '-n', 'other', '--', 'git', 'model', 'log', 'loss=2')
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(await losses(repo)).toEqual({ large: '7', other: '2' })
    expect(readdirSync(repo.path('.git/model/journal'))).toEqual([])
  })

  it.each([
    ['folded', (folder: string) => addLine(folder, { time: 1, finish: { status: 'finished', at: -1e20 } })],
    ['read', (folder: string) => mkdirSync(path.join(folder, 'process-1.jsonl'))],
  ])('that cannot be %s stays and is told, and the others are folded', async (_, damage) => {
    const repo = await gitdir()
    await leave(repo, 'damaged')
    const folder = journalOf(repo)
    damage(folder)
    const ran = await repo.model('run', '-n', 'other', '--', 'git', 'model', 'log', 'loss=2')
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect((await repo.git('notes', '--ref=model/runs', 'list')).split('\n')).toHaveLength(1)
    const told = await repo.model('runs')
    expect(told).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(path.basename(folder).slice(0, 12)),
    })
    expect((await repo.model('log', '--run', 'other', 'loss=3')).exitCode).toBe(0)
    expect((await repo.model('doctor', '--fix')).stderr).not.toContain('bug')
    expect(readdirSync(repo.path('.git/model/journal'))).toEqual([path.basename(folder)])
    rmSync(path.join(folder, 'process-1.jsonl'), { recursive: true, force: true })
  })
})

/** Leaves the journal of a run whose processes are gone. */
async function leave(repo: TestRepo, name: string): Promise<void> {
  await repo.model('run', '-n', name, '--', 'sh', '-c', 'kill -9 $PPID')
}

function journalOf(repo: TestRepo): string {
  const root = repo.path('.git/model/journal')
  return path.join(root, readdirSync(root)[0]!)
}

function addLine(folder: string, event: object): void {
  writeFileSync(path.join(folder, 'process-1.jsonl'), `\n${JSON.stringify(event)}\n`)
}

// Nearly all of it are holes, which take no room on the disk.
function writeLarge(file: string): void {
  const descriptor = openSync(file, 'w')
  for (let at = 1; at <= 600; at++) writeSync(descriptor, '\n', at * MB)
  writeSync(
    descriptor,
    `${JSON.stringify({ time: Date.now(), metrics: { loss: 7 }, step: 1 })}\n`,
    600 * MB + 1,
  )
  closeSync(descriptor)
}

async function losses(repo: TestRepo): Promise<Record<string, string>> {
  const { stdout } = await repo.model('runs', '--columns', 'name,metrics.loss', '--format', 'csv')
  return Object.fromEntries(
    stdout
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(',') as [string, string]),
  )
}
