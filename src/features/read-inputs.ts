import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import type { Oid, RunInput } from '../domain/run.ts'
import { statObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'

/**
 * Names the content of what a run reads: by its git object where the run's snapshot has it, else by SHA-256.
 *
 * @throws ModelError `output-missing` for a path that is not there, `argument-invalid` for a folder outside git.
 */
export async function readInputs(repo: Repository, run: Oid, inputs: readonly string[]): Promise<RunInput[]> {
  const paths = inputs.map((input) => path.resolve(repo.cwd, input))
  const inside = paths.map((file) => path.relative(repo.root, file).split(path.sep).join('/'))
  const stats = await statObjects(
    repo,
    inside.map((file) => `${run}:${file}`),
  )
  return Promise.all(
    paths.map(async (file, index) => {
      const stat = stats[index]
      if (stat !== undefined) return { path: inside[index]!, digest: `git-${stat.type}:${stat.oid}` }
      return { path: inside[index]!, digest: await hashInput(file, inputs[index]!) }
    }),
  )
}

async function hashInput(file: string, typed: string): Promise<string> {
  if (!existsSync(file)) {
    throw new ModelError('output-missing', `there is no input "${typed}"`, { data: { path: typed } })
  }
  if (!statSync(file).isFile()) {
    throw new ModelError(
      'argument-invalid',
      `the folder "${typed}" is not in git, so it has no name by content`,
      {
        hints: ['name its files one by one, or add it to git'],
      },
    )
  }
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return `sha256:${hash.digest('hex')}`
}
