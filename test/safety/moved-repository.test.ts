import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { gitdir, openTestRepo, type TestRepo } from '../support/repo.ts'

const library = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href
const LIBRARY = `import { startRun } from ${JSON.stringify(library)}
import { renameSync } from 'node:fs'
const run = await startRun({ name: 'one' })
`

it('a run whose repository is moved meanwhile ends there, with its outputs, and leaves nothing at the old place', async () => {
  const repo = await gitdir()
  const script = `mv "$PWD" ../moved; cd ../moved; echo w >w.bin; git model log loss=1`
  const ran = await repo.model('run', '-n', 'one', '--output', 'w.bin', '--', 'sh', '-c', script)
  expect(ran.exitCode, ran.stderr).toBe(0)
  await hasEnded(repo)
})

it('so does one of the library', async () => {
  const repo = await gitdir()
  await repo.write(
    'train.mjs',
    `${LIBRARY}run.log({ loss: 1 }); renameSync(process.cwd(), '../moved'); run.log({ loss: 2 }); await run.finish()`,
  )
  const ran = await repo.exec(process.execPath, ['train.mjs'])
  expect(ran.exitCode, ran.stderr).toBe(0)
  await hasEnded(repo)
})

it('where it cannot be found, what was not written is told, and what was logged stays', async () => {
  const repo = await gitdir()
  await repo.write(
    'train.mjs',
    `${LIBRARY}run.log({ loss: 1 }); renameSync(process.cwd(), '../moved'); process.chdir('/')
    await run.finish().catch(({ code, message }) => console.log(code, message))`,
  )
  const { stdout } = await repo.exec(process.execPath, ['train.mjs'])
  expect(stdout).toMatch(/^write-failed the repository is no longer at .* the run \w{12} has ended/)
  expect(existsSync(repo.dir)).toBe(false)
  const moved = openTestRepo(`${repo.dir}/../moved`)
  expect((await moved.model('runs', '--format', 'csv')).stdout).toMatch(/,one,killed,/)
})

async function hasEnded(repo: TestRepo): Promise<void> {
  expect(existsSync(repo.dir)).toBe(false)
  const moved = openTestRepo(`${repo.dir}/../moved`)
  const { stdout } = await moved.model('runs', '--columns', 'name,status,metrics.loss', '--format', 'csv')
  expect(stdout).toMatch(/one,finished,[12]/)
}
