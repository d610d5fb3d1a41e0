import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { CONFIG_FILE, DEFAULT_LARGEST, parseSize, type Config } from '../domain/config.ts'
import { parsePointer, type LfsPointer } from '../domain/lfs-pointer.ts'
import type { Oid } from '../domain/run.ts'
import type { StagedFinding } from '../domain/staged-finding.ts'
import type { World } from '../domain/world.ts'
import { matchPatterns, readFilters } from '../git/attributes.ts'
import { temporaryFolder } from '../git/object-writer.ts'
import { readHeads } from '../git/read-heads.ts'
import { readObjects } from '../git/read-objects.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { isPartialCommit, listStaged, type StagedFile } from '../git/staged-files.ts'
import { checkConfig } from '../store/parse-config.ts'
import { checkPickles } from './check-staged-pickles.ts'
import { checkStagedCards } from './check-staged-cards.ts'
import { checkStagedOrigins } from './check-staged-origins.ts'
import { routeStaged } from './route-staged.ts'
import { judgeLarge, judgeWeights } from './staged-rules.ts'
import type { StagedWeights } from './staged-weights.ts'

/** What was found in what is about to be committed. */
export interface StagedCheck {
  /** Files that were sent through Git LFS, because their pattern is routed and their content was staged. */
  routed: string[]
  findings: StagedFinding[]
}

/**
 * Checks what is about to be committed, and sends weights that are staged as content through Git LFS.
 *
 * @throws ModelError `lfs-missing`, `lfs-failed`; then the index is as it was.
 */
export async function checkStaged(world: World): Promise<StagedCheck> {
  const repo = await openRepository(world)
  const staged = await listStaged(repo)
  const { config, findings } = await readStagedConfig(repo, staged)
  const files = await describe(repo, staged, config)
  const isPartial = isPartialCommit(world.env)
  const raw = files.filter((file) => file.isRouted && file.pointer === undefined && file.size > 0)
  const routed = isPartial || raw.length === 0 ? [] : await routeStaged(repo, raw)
  const now = await replace(repo, files, routed)
  const heads = await readHeads(repo, suspects(now), HEAD)
  findings.push(
    ...now.flatMap((file) => judgeWeights(file)),
    ...now.flatMap((file) => judgeLarge(file, heads.get(file.oid), largestOf(config))),
    ...(await checkPickles(repo, now, heads, config)),
    ...(await checkStagedOrigins(world, repo, now)),
    ...(await checkStagedCards(repo, now, config)),
  )
  return { routed: routed.map((file) => file.path), findings }
}

const HEAD = 64 * 1024
const MAX_POINTER = 1024
/** What the hook lets pass without starting this program, in bytes. */
const SMALL = 100_000

function largestOf(config: Config): number {
  return parseSize(config.weights?.largest ?? DEFAULT_LARGEST) ?? DEFAULT_LARGEST
}

// What is staged counts, not what stands in the work tree.
async function readStagedConfig(
  repo: Repository,
  staged: readonly StagedFile[],
): Promise<{ config: Config; findings: StagedFinding[] }> {
  const [object] = await readObjects(repo, [`:${CONFIG_FILE}`])
  if (object === undefined) return { config: {}, findings: [] }
  const { config, problems } = checkConfig(object.content.toString('utf8'))
  const isStaged = staged.some((file) => file.path === CONFIG_FILE)
  if (problems.length === 0 || !isStaged) return { config: problems.length === 0 ? config : {}, findings: [] }
  const inOrder = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const findings = inOrder.map(({ line, column, message }) => ({
    rule: 'config-invalid' as const,
    stops: true,
    path: CONFIG_FILE,
    message: `${CONFIG_FILE}, line ${line}, column ${column}: ${message}`,
    hints: [`mend it, then: git add ${CONFIG_FILE}`],
  }))
  return { config: {}, findings }
}

async function describe(
  repo: Repository,
  staged: readonly StagedFile[],
  config: Config,
): Promise<StagedWeights[]> {
  const paths = staged.map((file) => file.path)
  const patterns = config.weights?.patterns ?? []
  const temporary = path.join(
    temporaryFolder(repo),
    `attributes-${process.pid}-${randomBytes(6).toString('hex')}`,
  )
  const [filters, here, named, pointers] = await Promise.all([
    readFilters(repo, paths, { cached: true }),
    readFilters(repo, paths),
    patterns.length === 0 ? new Set<string>() : matchPatterns(repo, patterns, paths, temporary),
    readPointers(repo, staged),
  ])
  return staged.map((file) => ({
    ...file,
    isRouted: filters.get(file.path) === 'lfs',
    isRoutedHere: here.get(file.path) === 'lfs',
    isNamed: named.has(file.path),
    pointer: pointers.get(file.oid),
  }))
}

async function readPointers(repo: Repository, files: readonly StagedFile[]): Promise<Map<Oid, LfsPointer>> {
  const small = files.filter(({ size }) => size > 0 && size < MAX_POINTER).map(({ oid }) => oid)
  const objects = await readObjects(repo, small)
  const pointers = objects.map((object) => parsePointer(object?.content.toString('utf8') ?? ''))
  const entries = small.map((oid, index) => [oid, pointers[index]] as const)
  return new Map(entries.filter((entry): entry is [Oid, LfsPointer] => entry[1] !== undefined))
}

async function replace(
  repo: Repository,
  files: readonly StagedWeights[],
  routed: readonly StagedFile[],
): Promise<StagedWeights[]> {
  const pointers = await readPointers(repo, routed)
  const byPath = new Map(routed.map((file) => [file.path, file]))
  return files.map((file) => {
    const now = byPath.get(file.path)
    return now === undefined ? file : { ...file, ...now, pointer: pointers.get(now.oid) }
  })
}

// Content that may be binary or a pickle: what is large, and what is called weights.
function suspects(files: readonly StagedWeights[]): Oid[] {
  const content = files.filter(({ pointer }) => pointer === undefined)
  return content
    .filter((file) => file.size > SMALL || file.isNamed || isWeightsName(file.path))
    .map(({ oid }) => oid)
}

function isWeightsName(file: string): boolean {
  return /\.(?:pt|pth|ckpt|bin|pkl|pickle|joblib|dill|npy|npz|h5|hdf5|keras|onnx|tflite|pb|gguf|pdparams|mar)$/i.test(
    file,
  )
}
