import { execa } from 'execa'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const PACKAGES = ['mlflow', 'scikit-learn', 'psutil']
const DAY = 86_400_000

/**
 * Makes a Python environment with the current mlflow, once a day, below `node_modules/.cache`.
 *
 * @returns the path of its interpreter. Throws where there is no Python, or nothing can be installed.
 */
export async function pythonWithMlflow(): Promise<string> {
  const given = process.env['GIT_MODEL_TEST_PYTHON']
  if (given !== undefined) return given
  const folder = path.join(root, 'node_modules/.cache/git-model-clients')
  const python = path.join(folder, 'bin/python')
  const stamp = path.join(folder, 'installed')
  const made = existsSync(stamp) ? Number(readFileSync(stamp, 'utf8')) : 0
  if (Date.now() - made < DAY) return python
  await execa('python3', ['-m', 'venv', folder])
  await execa(python, ['-m', 'pip', 'install', '--quiet', '--upgrade', ...PACKAGES], {
    env: { PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  })
  writeFileSync(stamp, String(Date.now()))
  return python
}
