import { plural } from '../../domain/plural.ts'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { greatest } from '../../domain/greatest.ts'
import { safeText } from '../../domain/safe-text.ts'
import { journalState } from '../../journal/journal-state.ts'
import type { Journal } from '../../journal/read-journal.ts'
import { foldJournals } from '../../store/fold-journals.ts'
import { readJournals } from '../../store/foldable-journals.ts'
import { FIX, type Check, type Finding } from './finding.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** After how long without a word a run that cannot be judged is taken for killed, in milliseconds. */
const PATIENCE = 24 * HOUR

/**
 * Checks for runs of which nobody here can tell whether they go on, since their processes are of another machine or
 * container: one that was killed there would go on for ever, and never be shared.
 */
export const checkUnjudged: Check = async ({ repo, world }) => {
  const now = world.now()
  const journals = readJournals(repo.commonDir).filter((journal) => journalState(journal) === 'unknown')
  const isSilent = (journal: Journal): boolean => now - lastHeard(journal) > PATIENCE
  const silent = journals.filter(isSilent)
  return [
    ...tell(
      journals.filter((journal) => !isSilent(journal)),
      now,
      { hints: [`where they ran: ${FIX}   (here it takes them for killed after 24 hours without a word)`] },
    ),
    ...tell(silent, now, {
      hints: [FIX],
      fix: async () => {
        const { closed } = await foldJournals(repo, world, new Set(silent.map(({ run }) => run)))
        return `wrote ${plural(closed.length, 'run')} into git as killed; an end of its own that comes later counts`
      },
    }),
  ]
}

function tell(journals: readonly Journal[], now: number, more: Pick<Finding, 'hints' | 'fix'>): Finding[] {
  if (journals.length === 0) return []
  const names = journals
    .slice(0, 3)
    .map((journal) => `${nameOf(journal)} (last heard of ${ago(journal, now)})`)
  const others = journals.length > names.length ? ` and ${journals.length - names.length} more` : ''
  return [
    {
      check: 'runs',
      state: 'warn',
      message: `${plural(journals.length, 'run')} of another machine or container cannot be judged from here, and ${journals.length === 1 ? 'is' : 'are'} in this clone alone: ${names.join(', ')}${others}`,
      ...more,
    },
  ]
}

// A copy of a clone has newer files, a machine whose clock is late older times.
function lastHeard({ events, folder }: Journal): number {
  const files = readdirSync(folder).map((name) => path.join(folder, name))
  const written = files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  return greatest([...events.map(({ time }) => time), ...written])
}

function ago(journal: Journal, now: number): string {
  const passed = Math.max(0, now - lastHeard(journal))
  if (passed < 2 * HOUR) return `${Math.floor(passed / MINUTE)} minutes ago`
  return passed < 2 * PATIENCE
    ? `${Math.floor(passed / HOUR)} hours ago`
    : `${Math.floor(passed / PATIENCE)} days ago`
}

function nameOf({ run, events }: Journal): string {
  const name = events.find(({ start }) => start !== undefined)?.start?.name
  return name === undefined ? run.slice(0, 12) : safeText(name)
}
