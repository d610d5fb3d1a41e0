import type { Oid } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { isModelError, ModelError } from '../domain/errors.ts'
import { specOf } from '../domain/model-spec.ts'
import { readNotes } from '../git/notes.ts'
import { statObjects } from '../git/read-objects.ts'
import { CARDS_NOTES } from '../git/refs.ts'
import { git } from '../git/run-git.ts'
import { joinCards } from '../schema/merge-cards.ts'
import { readCardText } from '../store/cards.ts'
import { resolveModel, type ModelAt } from '../store/models.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { metadataState } from '../store/metadata-state.ts'

/** The card of an earlier version of a model. */
export interface PreviousCard {
  /** The newest commit in which that version stands. */
  commit: Oid
  /** The object on which the card hangs. */
  target: Oid
  text: string
}

/** A model with what there is of its card. */
export interface FoundCard {
  store: Store
  model: ModelAt
  /**
   * `current`: these weights have a card. `stale`: an earlier version has one, this one has none.
   * `missing`: no version has one. `unfetched`: none was ever fetched from the remote. `absent`: no weights stand there.
   */
  state: 'current' | 'stale' | 'missing' | 'unfetched' | 'absent'
  /** The card of these weights. */
  text: string | undefined
  /** The note as it is stored: more than one card where git concatenated notes. */
  stored: string | undefined
  previous: PreviousCard | undefined
}

/** How many commits that changed a model are looked at for its earlier cards. */
const MAX_VERSIONS = 500

/**
 * Finds the card of `MODEL` or `MODEL@REVISION`.
 *
 * @throws ModelError `model-unknown`, `revision-unknown`, `config-invalid`, `not-a-repository`.
 */
export async function findCard(world: World, spec: string): Promise<FoundCard> {
  const store = await openStore(world)
  return findCardOf(store, await resolveModel(store, spec))
}

/** Finds the card of a model. */
export async function findCardOf(store: Store, model: ModelAt): Promise<FoundCard> {
  const found = { store, model, text: undefined, stored: undefined, previous: undefined }
  const stored = model.target === undefined ? undefined : await readCardText(store, model.target)
  if (stored !== undefined) return { ...found, state: 'current', text: joinCards(stored), stored }
  const versions = await modelVersions(store, model)
  const previous = await newestCard(
    store,
    versions.filter(({ target }) => target !== model.target),
  )
  if (model.target === undefined) return { ...found, state: 'absent', previous }
  if (previous !== undefined) return { ...found, state: 'stale', previous }
  const state = (await metadataState(store, 'cards')) === 'unfetched' ? 'unfetched' : 'missing'
  return { ...found, state }
}

/**
 * Returns the card of a model's present weights.
 *
 * @throws ModelError `card-missing` with the command that writes one, `weights-absent`.
 */
export function requireCard({ model, state, text, previous }: FoundCard): string {
  if (text !== undefined) return text
  requireWeights(model)
  const said = {
    stale: `the weights of "${model.name}" changed and have no card yet; the one of ${previous?.commit.slice(0, 12)} is for the earlier weights`,
    unfetched: `"${model.name}" has no card here, and no cards were ever fetched`,
  }[state as string]
  const hints =
    state === 'unfetched'
      ? ['git model sync', `git model card new ${specOf(model)}`]
      : [`git model card new ${specOf(model)}`]
  throw new ModelError('card-missing', said ?? `"${model.name}" has no card`, {
    hints,
    data: { model: model.name, state },
  })
}

/**
 * Returns the object on which a model's card hangs.
 *
 * @throws ModelError `weights-absent`.
 */
export function requireWeights(model: ModelAt): Oid {
  if (model.target !== undefined) return model.target
  throw new ModelError(
    'weights-absent',
    `nothing stands at "${model.path}", and a card hangs on the weights`,
    {
      hints: [
        'train the model, or: git model checkout COMMIT',
        `name a version that has weights: ${model.name}@COMMIT`,
      ],
      data: { model: model.name, path: model.path },
    },
  )
}

/** Runs an edit of a model's card; what goes wrong with the text says which model to type. */
export function naming<T>(model: ModelAt, edit: () => T): T {
  try {
    return edit()
  } catch (error) {
    if (!isModelError(error)) throw error
    const hints = error.hints.map((hint) => hint.replace(/\bMODEL$/, () => specOf(model)))
    throw new ModelError(error.code, error.message, { hints, data: error.data, cause: error })
  }
}

/** Lists the versions of a model in history, the newest first. */
export async function modelVersions(store: Store, model: ModelAt): Promise<{ commit: Oid; target: Oid }[]> {
  const from = model.revision ?? store.repo.head
  if (from === undefined) return []
  const args = [
    '--literal-pathspecs',
    'log',
    `--max-count=${MAX_VERSIONS}`,
    '--no-show-signature',
    '--no-notes',
    '--format=%H',
  ]
  const { stdout } = await git(store.repo, [...args, from, '--', model.path])
  const commits = stdout.split('\n').filter((line) => line !== '')
  const stats = await statObjects(
    store.repo,
    commits.map((commit) => `${commit}:${model.path}`),
  )
  return commits.flatMap((commit, index) => {
    const target = stats[index]?.oid
    return target === undefined ? [] : [{ commit, target }]
  })
}

async function newestCard(
  store: Store,
  versions: readonly { commit: Oid; target: Oid }[],
): Promise<PreviousCard | undefined> {
  const targets = [...new Set(versions.map(({ target }) => target))]
  const notes = await readNotes(store.repo, store.tips.get(CARDS_NOTES), targets)
  const newest = versions.find(({ target }) => notes.has(target))
  return newest === undefined ? undefined : { ...newest, text: joinCards(notes.get(newest.target)!.text) }
}
