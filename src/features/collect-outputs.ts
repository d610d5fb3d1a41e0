import { existsSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { glob } from 'glob'
import { ModelError } from '../domain/errors.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import { ARTIFACTS, type OutputFile } from '../domain/run.ts'
import type { Repository } from '../git/repository.ts'
import { storeFile } from '../lfs/store-file.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'

/**
 * Keeps output files in the LFS store, each under its own path in the repository.
 *
 * @param patterns - files, folders or globs, relative to `cwd`.
 * @throws ModelError `output-missing` when nothing matches, `argument-invalid` for a file outside the repository.
 */
export async function collectOutputs(
  repo: Pick<Repository, 'root' | 'commonDir' | 'cwd'>,
  patterns: readonly string[],
): Promise<OutputFile[]> {
  const store = await openLfsStore(repo)
  const files = (await Promise.all(patterns.map((pattern) => expand(repo.cwd, pattern)))).flat()
  const outputs: OutputFile[] = []
  for (const file of new Set(files)) {
    const { oid, size } = await storeFile(store, file)
    outputs.push({ path: pathInRepository(repo.root, file), oid: sha256Name(oid), size })
  }
  return outputs
}

/**
 * Keeps artifacts in the LFS store, below `.model/artifacts/`: files under the current folder with their path
 * from there, others with their name alone.
 *
 * @throws ModelError `artifact-missing`.
 */
export async function collectArtifacts(
  repo: Pick<Repository, 'root' | 'commonDir' | 'cwd'>,
  patterns: readonly string[],
): Promise<OutputFile[]> {
  const store = await openLfsStore(repo)
  const outputs: OutputFile[] = []
  for (const pattern of patterns) {
    const base = existsSync(path.resolve(repo.cwd, pattern))
      ? path.dirname(path.resolve(repo.cwd, pattern))
      : repo.cwd
    for (const file of await expand(repo.cwd, pattern, 'artifact-missing')) {
      const { oid, size } = await storeFile(store, file)
      outputs.push({ path: `${ARTIFACTS}/${artifactName(repo.cwd, base, file)}`, oid: sha256Name(oid), size })
    }
  }
  return outputs
}

function artifactName(cwd: string, base: string, file: string): string {
  const fromHere = path.relative(cwd, file)
  const name = fromHere.startsWith('..') || path.isAbsolute(fromHere) ? path.relative(base, file) : fromHere
  return name.split(path.sep).join('/')
}

/** Finds the files that a pattern names: itself, the files of a folder, or what a glob matches. */
export async function expand(
  cwd: string,
  pattern: string,
  code: 'output-missing' | 'artifact-missing' | 'metric-file-invalid' = 'output-missing',
): Promise<string[]> {
  const literal = path.resolve(cwd, pattern)
  if (existsSync(literal) && statSync(literal).isFile()) return [literal]
  const options = { cwd, nodir: true, dot: true, absolute: true, ignore: ['**/.git/**'] }
  const files = existsSync(literal)
    ? await glob('**', { ...options, cwd: literal })
    : await glob(pattern, options)
  if (files.length > 0) return files.sort()
  throw new ModelError(code, `"${pattern}" was not written: no such file`, {
    hints: [`check the path, which counts from ${cwd}`],
    data: { pattern, cwd },
  })
}

function pathInRepository(root: string, file: string): string {
  const inside = path.relative(realpathSync(root), realpathSync(file)).split(path.sep).join('/')
  if (!inside.startsWith('../') && !path.isAbsolute(inside) && !inside.startsWith('.git/')) return inside
  throw new ModelError('argument-invalid', `"${file}" is outside the repository, so it has no path in it`, {
    hints: [`keep it as an artifact: git model log --artifact "${file}"`],
    data: { file },
  })
}
