import type { CardProblem, CardWeights } from '../domain/card.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import type { World } from '../domain/world.ts'
import { checkCardText } from '../schema/check-card-text.ts'
import { readConfig } from '../store/config.ts'
import { resolveModel } from '../store/models.ts'
import { openStore } from '../store/open-store.ts'
import { findCardOf, type FoundCard } from './find-card.ts'

/** What is to be said of one model's card. */
export interface CardCheck {
  name: string
  /** The revision as it was typed; undefined for the work tree. */
  revision: string | undefined
  path: string
  state: FoundCard['state']
  /** What `.gitmodel.yaml` asks for. */
  policy: 'required' | 'warn' | 'off'
  /** The commit of the earlier weights that have a card. */
  previous: string | undefined
  /** What makes the check fail. */
  problems: CardProblem[]
  /** What is worth saying. */
  warnings: CardProblem[]
  /** The fields that are marked unknown. */
  unknown: string[]
}

/** The cards that were checked. */
export interface CardChecks {
  checks: CardCheck[]
  ok: boolean
}

/**
 * Checks the card of one model, or of every model of `.gitmodel.yaml`.
 *
 * @param spec - `MODEL` or `MODEL@REVISION`: a card is then asked for, whatever the configuration says.
 * @param strict - whether unknown fields and warnings fail too.
 * @throws ModelError `model-unknown`, `config-invalid`.
 */
export async function checkCards(world: World, spec?: string, strict = false): Promise<CardChecks> {
  const store = await openStore(world)
  const names = spec === undefined ? Object.keys((await readConfig(store.repo)).models ?? {}) : [spec]
  const checks: CardCheck[] = []
  for (const name of names) {
    const found = await findCardOf(store, await resolveModel(store, name))
    checks.push(check(found, spec !== undefined, strict))
  }
  return { checks, ok: checks.every(({ problems }) => problems.length === 0) }
}

function check(found: FoundCard, isAsked: boolean, strict: boolean): CardCheck {
  const { model, state, previous } = found
  const policy = model.config.card ?? 'warn'
  const checked = found.text === undefined ? undefined : checkCardText(found.text)
  const problems = [...(checked?.problems ?? []), ...otherWeights(found, checked?.card?.card?.weights)]
  const warnings: CardProblem[] = [...(checked?.warnings ?? [])]
  if (checked?.newer === true)
    warnings.push({ field: 'schema', message: 'is newer than this program; nothing more was checked' })
  const gap = gapOf(found)
  if (gap !== undefined && state !== 'absent')
    (isAsked || policy === 'required' ? problems : warnings).push(gap)
  if (gap !== undefined && state === 'absent') (isAsked ? problems : warnings).push(gap)
  const unknown = checked?.unknown ?? []
  if (strict)
    problems.push(...warnings.splice(0), ...unknown.map((field) => ({ field, message: 'is unknown' })))
  const isOff = policy === 'off' && !isAsked
  return {
    name: model.name,
    revision: model.asked,
    path: model.path,
    state,
    policy,
    previous: previous?.commit,
    problems: isOff ? [] : problems,
    warnings: isOff ? [] : warnings,
    unknown,
  }
}

function gapOf({ state, previous, model }: FoundCard): CardProblem | undefined {
  const said: Record<FoundCard['state'], string | undefined> = {
    current: undefined,
    stale: `the weights changed since the card of ${previous?.commit.slice(0, 12)}, and have none of their own`,
    missing: 'there is no card',
    unfetched: 'there is no card here, and none were ever fetched',
    absent: `nothing stands at ${model.path}`,
  }
  const message = said[state]
  return message === undefined ? undefined : { field: '', message }
}

// A card that was copied by hand to other weights says so by their names.
function otherWeights({ model }: FoundCard, weights: CardWeights[] | null | undefined): CardProblem[] {
  if (!Array.isArray(weights)) return []
  const standing = new Map(model.pointers.map(({ path, oid }) => [path, sha256Name(oid)]))
  return weights.flatMap((file, index) => {
    const oid = standing.get(file?.path)
    if (oid === undefined || typeof file.oid !== 'string' || file.oid === oid) return []
    return [
      {
        field: `card.weights[${index}].oid`,
        message: `names other weights than those that stand at ${file.path}`,
      },
    ]
  })
}
