import { existsSync } from 'node:fs'
import type { Config } from '../domain/config.ts'
import type { Oid } from '../domain/run.ts'
import type { StagedFinding } from '../domain/staged-finding.ts'
import type { Repository } from '../git/repository.ts'
import { objectPath } from '../lfs/lfs-store.ts'
import { classify } from '../weights/classify.ts'
import { holdsPickle, type WeightFormat } from '../weights/weight-format.ts'
import type { StagedWeights } from './check-staged.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'

/**
 * Finds files that run code when they are loaded, by their content: that of staged pointers is looked up in
 * the LFS store.
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
  return files.flatMap((file) => {
    const head = heads.get(file.oid)
    const content = file.pointer === undefined ? head : objectPath(lfs, file.pointer.oid)
    if (content === undefined || (typeof content === 'string' && !existsSync(content))) return []
    const format = classify(content, file.path)
    return holdsPickle(format) ? [pickleFinding(file.path, format, policy === 'deny')] : []
  })
}

function pickleFinding(file: string, format: WeightFormat, denied: boolean): StagedFinding {
  const hints = denied
    ? ['write it as safetensors, or let it pass: weights: {pickle: warn} in .gitmodel.yaml']
    : ['write it as safetensors, or say that it is wanted: weights: {pickle: allow} in .gitmodel.yaml']
  const message = `${file} holds a Python pickle (${format}), which can run any code when it is loaded`
  return { rule: 'pickle', stops: denied, path: file, message, hints }
}
