import { execa } from 'execa'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder } from './install-gitea.ts'

/** Hook managers that are not of npm's small ones: their programs. */
export interface Managers {
  lefthook: string
  preCommit: string
}

const LEFTHOOK = '2.2.2'
const PRE_COMMIT = '4.7.0'

/**
 * Installs lefthook from npm and the pre-commit framework from PyPI into the cache folder, once.
 *
 * @throws Error that says what to type where Python has no venv.
 */
export async function installManagers(): Promise<Managers> {
  const folder = path.join(cacheFolder(), `managers-${LEFTHOOK}-${PRE_COMMIT}`)
  const platform = `lefthook-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const managers = {
    lefthook: path.join(folder, 'node_modules', platform, 'bin', 'lefthook'),
    preCommit: path.join(folder, 'venv', 'bin', 'pre-commit'),
  }
  mkdirSync(folder, { recursive: true })
  if (!existsSync(managers.lefthook)) {
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
    await execa('npm', [...args, `lefthook@${LEFTHOOK}`], { cwd: folder })
  }
  if (!existsSync(managers.preCommit)) {
    const venv = await execa('python3', ['-m', 'venv', path.join(folder, 'venv')], { reject: false })
    if (venv.exitCode !== 0)
      throw new Error('npm run test:hosts needs Python with venv. Type: sudo apt-get install python3-venv')
    await execa(path.join(folder, 'venv', 'bin', 'pip'), ['install', '--quiet', `pre-commit==${PRE_COMMIT}`])
  }
  return managers
}
