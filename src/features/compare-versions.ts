import { diffCardFields } from '../domain/card-fields.ts'
import { compareSides, type Comparison } from '../domain/comparison.ts'
import { ModelError } from '../domain/errors.ts'
import { mergeBase } from '../git/merge-base.ts'
import { requireHead } from '../git/repository.ts'
import { resolveCommit } from '../git/resolve.ts'
import { readConfig } from '../store/config.ts'
import type { Store } from '../store/open-store.ts'
import { defaultBase, resolveSide } from './resolve-side.ts'

/**
 * Compares two versions as a reviewer would: metrics, parameters, cards and weights.
 *
 * @param base - a branch, commit or run; `A..B` and `A...B` as git reads them; by default the merge base of
 *   HEAD with the default branch or the upstream.
 * @param head - by default HEAD.
 * @throws ModelError `revision-unknown`, `revision-ambiguous`, `config-invalid`, `no-commit`.
 */
export async function compareVersions(
  store: Store,
  base?: string,
  head?: string,
  options: { nearest?: boolean } = {},
): Promise<Comparison> {
  const sides = await resolveRange(store, base, head)
  const [from, to] = await Promise.all([
    resolveSide(store, sides.base.revision, options),
    resolveSide(store, sides.head.revision, options),
  ])
  const config = await readConfig(store.repo, to.commit)
  return compareSides(
    { ...from, label: sides.base.label },
    { ...to, label: sides.head.label },
    config,
    diffCardFields,
  )
}

interface Range {
  base: { label: string; revision: string }
  head: { label: string; revision: string }
}

async function resolveRange(store: Store, base?: string, head?: string): Promise<Range> {
  const range = head === undefined && base !== undefined ? /^(.*?)(\.\.\.?)(.*)$/.exec(base) : null
  if (range !== null && !/^\.+$/.test(base!)) {
    const [, left, dots, right] = range
    return twoSides(store, left || 'HEAD', right || 'HEAD', dots === '...')
  }
  if (base !== undefined) return twoSides(store, base, head ?? 'HEAD', false)
  const { head: commit } = requireHead(store.repo)
  return { base: await defaultBase(store, commit), head: { label: 'HEAD', revision: commit } }
}

async function twoSides(store: Store, left: string, right: string, fromMergeBase: boolean): Promise<Range> {
  const head = { label: right, revision: right }
  if (!fromMergeBase) return { base: { label: left, revision: left }, head }
  const [a, b] = await Promise.all([resolveCommit(store.repo, left), resolveCommit(store.repo, right)])
  const revision = await mergeBase(store.repo, a, b)
  if (revision !== undefined) return { base: { label: left, revision }, head }
  throw new ModelError('revision-unknown', `"${left}" and "${right}" have no common commit`, {
    hints: [`git model diff ${left} ${right}`, 'git fetch --unshallow   (in a shallow clone)'],
    data: { base: left, head: right },
  })
}
