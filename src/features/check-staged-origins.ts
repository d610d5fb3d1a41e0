import { lstatSync } from 'node:fs'
import path from 'node:path'
import { sha256Name } from '../domain/lfs-pointer.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { RunRecord } from '../domain/run.ts'
import type { StagedFinding } from '../domain/staged-finding.ts'
import type { World } from '../domain/world.ts'
import { readTips } from '../git/read-tips.ts'
import { RUNS_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { askRuns } from '../store/run-index.ts'
import type { RunTable } from '../store/run-table.ts'
import { producerRows } from '../store/runs.ts'
import { ownRunsAt } from './own-runs-at.ts'
import type { StagedWeights } from './staged-weights.ts'

/** A staged file and the runs that went on when it was written. */
interface Orphan {
  path: string
  runs: RunRecord[]
}

/** So many paths are named in a command. */
const MOST_PATHS = 5

/**
 * Finds weights that were written while a run of this user went on, and that no run has among its outputs: nobody could
 * say later which run made them. Nothing stops, since it can be said after the commit as well.
 */
export async function checkStagedOrigins(
  world: World,
  repo: Repository,
  files: readonly StagedWeights[],
): Promise<StagedFinding[]> {
  const weights = files.filter(({ pointer }) => pointer !== undefined)
  if (weights.length === 0) return []
  const tips = await readTips(repo)
  if (!tips.has(RUNS_NOTES)) return []
  const orphans = await askRuns({ repo, world, tips }, (runs) => findOrphans(runs, repo, weights))
  // Git starts hooks at the top, and says where the user stands.
  const prefix = world.env['GIT_PREFIX'] ?? ''
  return orphans.map((orphan) => finding(orphan, orphans, (file) => path.posix.relative(prefix, file)))
}

async function findOrphans(
  runs: RunTable,
  repo: Repository,
  weights: readonly StagedWeights[],
): Promise<Orphan[]> {
  const unknown = weights.filter(({ pointer }) => producerRows(runs, [sha256Name(pointer!.oid)]).length === 0)
  if (unknown.length === 0) return []
  const runsAt = await ownRunsAt(repo, runs)
  const orphans: Orphan[] = []
  for (const { path: file } of unknown) {
    const records = await runsAt(writtenAt(path.join(repo.root, file)))
    if (records.length > 0) orphans.push({ path: file, runs: records })
  }
  return orphans
}

// What is gone was never written.
function writtenAt(file: string): number {
  return lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN
}

function finding(
  { path: file, runs }: Orphan,
  all: readonly Orphan[],
  fromHere: (file: string) => string,
): StagedFinding {
  const [only, ...others] = runs.map(shortId)
  const siblings = all.filter((other) => other.runs.map(shortId).join() === [only, ...others].join())
  const files = toOutputs(siblings.map((other) => other.path))
  const outputs = files.flatMap((each) => ['--output', fromHere(each)])
  const command = formatCommand('git', 'model', 'log', '--run', only!, ...outputs)
  const instead = others.length === 0 ? '' : `or --run ${others.join(', --run ')}; `
  const what = others.length === 0 ? `run ${only} ${runs[0]!.name}` : `${runs.length} runs`
  return {
    rule: 'origin',
    stops: false,
    path: file,
    message: `${file} was written while ${what} went on, and is no output of any run`,
    hints: [`${command}   (${instead}before or after the commit)`],
  }
}

function shortId({ run }: RunRecord): string {
  return run.slice(0, 12)
}

// Of many files the folder that all are in.
function toOutputs(files: readonly string[]): string[] {
  if (files.length <= MOST_PATHS) return [...files]
  const folder = files.map((file) => path.posix.dirname(file)).reduce(commonFolder)
  return folder === '.' ? files.slice(0, MOST_PATHS) : [folder]
}

function commonFolder(a: string, b: string): string {
  let folder = a
  while (folder !== '.' && b !== folder && !b.startsWith(`${folder}/`)) folder = path.posix.dirname(folder)
  return folder
}
