import { safeText } from '../../domain/safe-text.ts'
import { formatCommand } from '../../domain/quote-shell.ts'

/** What is said of each conflict of a sync, with the command that settles it. */
export function renderConflicts(
  conflicts: readonly { model: string; field: string }[],
): { text: string; hint: string }[] {
  return conflicts.map(({ model, field }) => ({
    text: `the card of ${safeText(model)}: ${safeText(field)} was changed to different values on two sides; both are kept`,
    hint: `git model card resolve ${safeText(formatCommand(model, field))}`,
  }))
}

/** What is said where records were sent whose commits are gone. */
export function renderGone(gone: number): { text: string; hint: string }[] {
  if (gone === 0) return []
  const what = gone === 1 ? 'a commit' : `${gone} commits`
  return [
    {
      text: `${what} of what was sent ${gone === 1 ? 'is' : 'are'} not here: records went without the code or outputs of their runs`,
      hint: 'git model doctor',
    },
  ]
}

/** The line that says what a sync did. */
export function renderSync(result: {
  remote: string
  received: Counts
  sent: Counts & { objects: number }
}): string {
  const received = counts(result.received)
  const sent = counts(result.sent)
  const remote = safeText(result.remote)
  if (received === '' && sent === '') return `${remote}: everything is up to date`
  return `${remote}: ${[received && `received ${received}`, sent && `sent ${sent}`].filter(Boolean).join('; ')}`
}

interface Counts {
  runs: number
  cards: number
  experiments?: number
  models?: number
  objects?: number
}

function counts({ runs, cards, experiments = 0, models = 0, objects = 0 }: Counts): string {
  const parts = [
    plural(runs, 'run'),
    plural(cards, 'card'),
    plural(experiments, 'experiment'),
    plural(models, 'registered model'),
    plural(objects, 'file'),
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function plural(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
}
