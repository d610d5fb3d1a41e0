import { execa } from 'execa'
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../support/repo.ts'

const root = path.resolve(import.meta.dirname, '../..')

it('the packed package works alone: program, library with its types, and the manual page that git opens', async () => {
  const folder = temporaryFolder()
  const npm = async (...args: string[]): Promise<string> =>
    (
      await execa('npm', [...args, '--offline', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: folder,
      })
    ).stdout
  const packed = (await npm('pack', root, '--ignore-scripts', '--silent')).split('\n').at(-1)!
  await npm('install', '--global', '--prefix', path.join(folder, 'global'), `./${packed}`)
  const program = path.join(folder, 'global/bin/git-model')
  expect((await execa(program, ['-h'])).stdout).toContain('Usage: git model COMMAND')
  expect(readdirSync(path.join(folder, 'global/share/man/man1'))).toEqual(['git-model.1'])

  const project = path.join(folder, 'project')
  mkdirSync(project)
  await npm('install', '--omit=dev', '--prefix', project, `./${packed}`)
  const script = 'import { startRun } from "git-model"; console.log(typeof startRun)'
  const ran = await execa('node', ['--input-type=module', '-e', script], { cwd: project })
  expect(ran.stdout).toBe('function')
  expect(readdirSync(path.join(project, 'node_modules/git-model/dist'))).toContain('index.d.ts')
})
