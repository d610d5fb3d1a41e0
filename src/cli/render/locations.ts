import { safeText } from '../../domain/safe-text.ts'
import type { Located, Locations } from '../../features/locate-records.ts'
import { renderTable } from './table.ts'

/** Writes where everything is that was recorded, and below it whether that is safe. */
export function renderLocations(locations: Locations): string {
  const { remote, running, unfolded } = locations
  const kinds = locations.kinds.filter(({ total }) => total > 0)
  if (kinds.length + running + unfolded === 0) return emptiness(locations)
  const columns = [
    { title: 'recorded' },
    { title: 'here', align: 'right' as const },
    ...(remote === undefined ? [] : [{ title: `on ${remote}`, align: 'right' as const }]),
  ]
  const rows = kinds.map(({ kind, total, here, there }) => [
    `${total} ${plural(kind, total)}`,
    String(here),
    ...(remote === undefined ? [] : [String(there)]),
  ])
  for (const [count, what] of [
    [running, 'running'],
    [unfolded, 'in a journal'],
  ] as const)
    if (count > 0) rows.push([`${count} ${what}`, String(count), ...(remote === undefined ? [] : ['0'])])
  return `${renderTable(columns, rows, 'text')}\n${safeText(judge({ ...locations, kinds }))}`
}

function emptiness({ unfetched, waiting }: Locations): string {
  if (unfetched)
    return 'no runs and no cards here, and none were ever fetched: git model sync; the first one: git model run -- COMMAND'
  if (waiting) return 'what was fetched is not folded in yet: git model doctor --fix'
  return 'nothing is recorded yet: git model run -- COMMAND'
}

function judge({ kinds, remote, running, unfolded }: Locations): string {
  const missing = counted(kinds, 'missing')
  const alone = counted(kinds, 'alone')
  if (missing !== '')
    return remote === undefined
      ? `${missing}: not here, and there is no remote to ask: git remote add origin URL && git model sync`
      : `${missing}: neither here nor, as far as this clone knows, on ${remote}: git model sync ${remote}`
  if (unfolded > 0) return 'what is in a journal is safe, and in this clone alone: git model doctor --fix'
  if (remote === undefined)
    return 'all of it is in this clone alone: git remote add origin URL && git model sync'
  if (alone !== '') return `${alone} in this clone alone: git model sync ${remote}`
  const what = running === 0 ? 'everything recorded' : 'every run that has ended'
  return `${what} is on ${remote} too, as far as this clone knows`
}

function counted(kinds: readonly Located[], which: 'alone' | 'missing'): string {
  const parts = kinds
    .filter((located) => located[which] > 0)
    .map((located) => `${located[which]} ${plural(located.kind, located[which])}`)
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`
}

function plural(kind: Located['kind'], count: number): string {
  return count === 1 ? kind.slice(0, -1) : kind
}
