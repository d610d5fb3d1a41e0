import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { glob } from 'glob'
import { ModelError } from '../domain/errors.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import { ARTIFACTS, type OutputFile } from '../domain/run.ts'
import { isSafePath } from '../domain/safe-path.ts'
import type { Repository } from '../git/repository.ts'
import { storeFile } from '../lfs/store-file.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import { isWritten, type FileStamps } from './written-files.ts'

/**
 * Keeps output files in the LFS store, each under its own path in the repository.
 *
 * @param patterns - files, folders or globs, relative to `cwd`.
 * @param leftOut - hears of each file that is not kept: a link in a named folder that leads out of it, and a path that
 *   git and its hosts refuse, as below `.git` in any spelling.
 * @param options.before - how files stood before a command ran, where only what it wrote counts.
 * @param options.missed - hears why a file cannot be kept, and the others are. Default: `leftOut` hears of it.
 * @throws ModelError `output-missing` when nothing matches, `argument-invalid` for a file outside the repository.
 */
export async function collectOutputs(
  repo: Pick<Repository, 'root' | 'commonDir' | 'cwd'>,
  patterns: readonly string[],
  leftOut: (file: string) => void,
  { before, missed }: { before?: FileStamps; missed?: (error: ModelError) => void } = {},
): Promise<OutputFile[]> {
  const store = await openLfsStore(repo)
  const found = patterns.map((pattern) => expandWritten(repo.cwd, pattern, 'output-missing', before, leftOut))
  const files = (await Promise.all(found)).flat()
  const outputs: OutputFile[] = []
  for (const file of new Set(files)) {
    const lost = missing(repo.cwd, file)
    const place = lost === undefined ? pathInRepository(repo.root, file) : ''
    if (isSafePath(place)) {
      const { oid, size } = await storeFile(store, file)
      outputs.push({ path: place, oid: sha256Name(oid), size })
    } else if (lost !== undefined && missed !== undefined) missed(lost)
    else leftOut(file)
  }
  return outputs
}

// A name that is not UTF-8 is listed as one that is not there.
function missing(cwd: string, file: string): ModelError | undefined {
  if (existsSync(file)) return undefined
  const name = path.relative(cwd, file)
  const isForeign = name.includes('\uFFFD')
  const why = isForeign ? 'its name is not UTF-8' : 'it went away'
  return new ModelError('output-missing', `"${name}" was not kept: ${why}`, {
    hints: isForeign ? ['rename it, then: git model log --run RUN --output PATH'] : [],
    data: { file },
  })
}

/**
 * Keeps artifacts in the LFS store, below `.model/artifacts/`: files under the current folder with their path
 * from there, others with their name alone.
 *
 * @param leftOut - as of {@link collectOutputs}.
 * @throws ModelError `artifact-missing`.
 */
export async function collectArtifacts(
  repo: Pick<Repository, 'root' | 'commonDir' | 'cwd'>,
  patterns: readonly string[],
  leftOut: (file: string) => void,
): Promise<OutputFile[]> {
  const store = await openLfsStore(repo)
  const outputs: OutputFile[] = []
  for (const pattern of patterns) {
    const base = existsSync(path.resolve(repo.cwd, pattern))
      ? path.dirname(path.resolve(repo.cwd, pattern))
      : repo.cwd
    for (const file of await expand(repo.cwd, pattern, 'artifact-missing', leftOut)) {
      const place = `${ARTIFACTS}/${artifactName(repo.cwd, base, file)}`
      if (!isSafePath(place) || missing(repo.cwd, file) !== undefined) {
        leftOut(file)
        continue
      }
      const { oid, size } = await storeFile(store, file)
      outputs.push({ path: place, oid: sha256Name(oid), size })
    }
  }
  return outputs
}

function artifactName(cwd: string, base: string, file: string): string {
  const fromHere = path.relative(cwd, file)
  const name = fromHere.startsWith('..') || path.isAbsolute(fromHere) ? path.relative(base, file) : fromHere
  return name.split(path.sep).join('/')
}

/**
 * Finds the files that a pattern names: itself, the files of a folder, or what a glob matches. A link in a named folder
 * counts where it leads to a file in that folder.
 */
export async function expand(
  cwd: string,
  pattern: string,
  code: 'output-missing' | 'artifact-missing' | 'metrics-missing',
  leftOut: (file: string) => void = () => undefined,
): Promise<string[]> {
  const literal = path.resolve(cwd, pattern)
  if (existsSync(literal) && statSync(literal).isFile()) return [literal]
  const options = { cwd, nodir: true, dot: true, absolute: true, ignore: ['**/.git/**'] }
  const files = existsSync(literal)
    ? keepInside(literal, await glob('**', { ...options, cwd: literal }), leftOut)
    : await glob(pattern, options)
  if (files.length > 0) return files.sort()
  throw new ModelError(code, `"${pattern}" was not written: no such file`, {
    hints: [`check the path, which counts from ${cwd}`],
    data: { pattern, cwd },
  })
}

/** Finds the files that a pattern names and that were written since; as {@link expand}. */
export async function expandWritten(
  cwd: string,
  pattern: string,
  code: 'output-missing' | 'metrics-missing',
  before: FileStamps | undefined,
  leftOut?: (file: string) => void,
): Promise<string[]> {
  const files = await expand(cwd, pattern, code, leftOut)
  const written = before === undefined ? files : files.filter((file) => isWritten(file, before))
  if (written.length > 0) return written
  const flag = code === 'output-missing' ? '--output' : '--metrics'
  throw new ModelError(code, `"${pattern}" was not written: it is as it was before the command ran`, {
    hints: [
      `to keep it all the same: ${formatCommand('git', 'model', 'log', '--run', 'RUN', flag, pattern)}`,
    ],
    data: { pattern, cwd },
  })
}

// A program that writes into a folder can put a link to a key or a password there, and what is kept is pushed.
function keepInside(folder: string, files: readonly string[], leftOut: (file: string) => void): string[] {
  const root = realpathSync(folder)
  return files.toSorted().filter((file) => {
    // What is not there under its name is told apart from a link: see `missing`.
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return true
    const inside = path.relative(root, realPath(file))
    const leadsOut = inside === '..' || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)
    if (leadsOut) leftOut(file)
    return !leadsOut && statSync(file).isFile()
  })
}

// A link to what is not there leads nowhere that could be kept.
function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return path.parse(file).root
  }
}

function pathInRepository(root: string, file: string): string {
  const inside = path.relative(realpathSync(root), realpathSync(file)).split(path.sep).join('/')
  if (!inside.startsWith('../') && !path.isAbsolute(inside) && !inside.startsWith('.git/')) return inside
  throw new ModelError('argument-invalid', `"${file}" is outside the repository, so it has no path in it`, {
    hints: [`keep it as an artifact: git model log --artifact "${file}"`],
    data: { file },
  })
}
