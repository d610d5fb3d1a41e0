import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../domain/config.ts'
import { foremostImports, reachesOut } from '../domain/foremost-imports.ts'
import type { Oid } from '../domain/run.ts'
import type { StagedFinding } from '../domain/staged-finding.ts'
import { temporaryFolder } from '../git/object-writer.ts'
import type { Repository } from '../git/repository.ts'
import { streamBlob } from '../git/stream-blob.ts'
import { objectPath } from '../lfs/lfs-store.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import { bytesSource } from '../weights/byte-source.ts'
import { checkWeights } from '../weights/check/check-weights.ts'
import { mayBePickle } from '../weights/check/may-be-pickle.ts'
import { isSuspect } from '../weights/check/is-suspect.ts'
import type { WeightsCheck } from '../weights/check/weights-check.ts'
import { classify } from '../weights/classify.ts'
import type { StagedWeights } from './staged-weights.ts'

/**
 * Finds files that run code when they are loaded, by their content: that of staged pointers is looked up in
 * the LFS store. A pickle that imports only what tensors need passes.
 *
 * @param heads - the first bytes of the files that are staged as content.
 */
export async function checkPickles(
  repo: Repository,
  files: readonly StagedWeights[],
  heads: ReadonlyMap<Oid, Uint8Array>,
  config: Config,
): Promise<StagedFinding[]> {
  const policy = config.weights?.pickle ?? 'warn'
  if (policy === 'allow') return []
  const lfs = await openLfsStore(repo)
  const suspects: { file: string; check: WeightsCheck }[] = []
  for (const file of files) {
    const check =
      file.pointer === undefined
        ? await checkStagedContent(repo, file, heads.get(file.oid))
        : checkStored(objectPath(lfs, file.pointer.oid), file.path)
    if (check !== undefined && isSuspect(check)) suspects.push({ file: file.path, check })
  }
  // Of many only the first are shown.
  suspects.sort((a, b) => Number(reachesOut(b.check.imports)) - Number(reachesOut(a.check.imports)))
  return suspects.map(({ file, check }) => toFinding(file, check, policy === 'deny'))
}

function checkStored(content: string, name: string): WeightsCheck | undefined {
  return existsSync(content) ? checkWeights(content, name) : undefined
}

// Small content is there already; what is large and looks like weights is written to a file first.
async function checkStagedContent(
  repo: Repository,
  file: StagedWeights,
  head: Uint8Array | undefined,
): Promise<WeightsCheck | undefined> {
  if (head === undefined) return undefined
  if (head.length >= file.size) return checkWeights(bytesSource(head), file.path)
  const isPlain =
    classify(head, file.path) === 'unknown' &&
    !mayBePickle(Buffer.from(head.buffer, head.byteOffset, head.length), file.size)
  if (isPlain) return undefined
  const temporary = path.join(
    temporaryFolder(repo),
    `staged-${process.pid}-${randomBytes(6).toString('hex')}`,
  )
  mkdirSync(path.dirname(temporary), { recursive: true })
  try {
    await streamBlob(repo, file.oid, temporary)
    return checkWeights(temporary, file.path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

const MAX_NAMES = 5

function toFinding(file: string, check: WeightsCheck, denied: boolean): StagedFinding {
  const hints = denied
    ? ['write it as safetensors, or let it pass: weights: {pickle: warn} in .gitmodel.yaml']
    : ['write it as safetensors, or say that it is wanted: weights: {pickle: allow} in .gitmodel.yaml']
  return { rule: 'pickle', stops: denied, path: file, message: messageOf(file, check), hints }
}

function messageOf(file: string, { format, verdict, imports, reason, code }: WeightsCheck): string {
  const more = imports.length > MAX_NAMES ? ` and ${imports.length - MAX_NAMES} more` : ''
  const names = foremostImports(imports).slice(0, MAX_NAMES).join(', ') + more
  const pickle = `is a Python pickle (${format}) that imports ${names}, which loading it would run`
  if (verdict === 'unreadable')
    return imports.length === 0
      ? `${file} cannot be vouched for (${format}): ${reason}`
      : `${file} ${pickle}; what else it would run is not known: ${reason}`
  if (verdict === 'unknown-imports') return `${file} ${pickle}`
  return `${file} runs code when it is loaded (${format}): ${code.join(', ')}`
}
