import { execa } from 'execa'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const PACKAGES = ['mlflow', 'scikit-learn', 'psutil']
const DAY = 86_400_000

/**
 * Makes a Python environment with the current mlflow, once a day, below `node_modules/.cache`. It stands alone: nothing of
 * the user's own Python is in it.
 *
 * @returns the path of its interpreter.
 * @throws Error where there is no Python, or nothing can be installed: what is missing, and what to type.
 */
export async function pythonWithMlflow(): Promise<string> {
  const given = process.env['GIT_MODEL_TEST_PYTHON']
  if (given !== undefined) return given
  const folder = path.join(root, 'node_modules/.cache/git-model-clients')
  const python = path.join(folder, 'bin/python')
  const stamp = path.join(folder, 'installed')
  if (isFresh(stamp) && (await works(python))) return python
  rmSync(stamp, { force: true })
  const start = Date.now()
  await say(
    'there is no Python with venv: apt-get install python3 python3-venv',
    execa('python3', ['-m', 'venv', '--clear', folder]),
  )
  await say(
    'mlflow cannot be installed: does https://pypi.org, or the index that pip is configured for, answer?',
    execa(python, ['-m', 'pip', 'install', '--quiet', '--no-input', ...PACKAGES], {
      env: { PIP_DISABLE_PIP_VERSION_CHECK: '1' },
      timeout: 900_000,
    }),
  )
  writeFileSync(stamp, PACKAGES.join(' '))
  const { stdout } = await execa(python, ['-m', 'pip', 'show', 'mlflow'])
  const version = /^Version: (.+)$/m.exec(stdout)?.[1]
  process.stderr.write(`mlflow ${version} was installed in ${Math.round((Date.now() - start) / 1000)} s\n`)
  return python
}

function isFresh(stamp: string): boolean {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== PACKAGES.join(' ')) return false
  return Date.now() - statSync(stamp).mtimeMs < DAY
}

// One that was made with another Python, which is gone, does not.
async function works(python: string): Promise<boolean> {
  return (await execa(python, ['-c', ''], { reject: false })).exitCode === 0
}

async function say(what: string, done: Promise<unknown>): Promise<void> {
  try {
    await done
  } catch (error) {
    throw new Error(`${what}\n${(error as Error).message}`, { cause: error })
  }
}
