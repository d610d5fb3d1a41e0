import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { teams, type TestRepo } from '../support/repo.ts'

async function contentFindings(
  repo: TestRepo,
  ...flags: string[]
): Promise<{ state: string; message: string }[]> {
  const { findings } = JSON.parse((await repo.model('doctor', '--json', '--remote', ...flags)).stdout) as {
    findings: { check: string; state: string; message: string }[]
  }
  return findings.filter(({ check }) => check === 'content')
}

test('a remote that lost the content of outputs is found, and gets it again', async () => {
  const { origin, alice } = await teams()
  await alice.model('run', '--output', 'a.pt', '--', 'sh', '-c', 'echo weights > a.pt')
  await alice.model('sync')
  expect(await contentFindings(alice)).toMatchObject([
    { state: 'ok', message: 'origin has the content of 1 file' },
  ])
  rmSync(path.join(origin, 'lfs/objects'), { recursive: true })
  expect(await contentFindings(alice)).toMatchObject([
    { state: 'error', message: expect.stringContaining('does not have the content of 1 file, first a.pt') },
  ])
  expect(await contentFindings(alice, '--fix')).toMatchObject([
    { state: 'fixed', message: expect.stringContaining('uploaded 1 file to origin') },
  ])
  expect(await contentFindings(alice)).toMatchObject([{ state: 'ok' }])
})
