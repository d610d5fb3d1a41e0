import { safeText } from '../../domain/safe-text.ts'

/** Says how many runs and cards came; undefined where nothing did. */
export function renderReceived({ runs, cards }: { runs: number; cards: number }): string | undefined {
  const parts = [plural(runs, 'run'), plural(cards, 'card')].filter((part) => part !== '')
  return parts.length === 0 ? undefined : `git-model: received ${parts.join(' and ')}`
}

function plural(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Says what a remote has and was not taken. */
export function renderRefused({
  remote,
  ref,
  reason,
}: {
  remote: string
  ref: string
  reason: string
}): string {
  return `git-model: ${ref} of "${safeText(remote)}" cannot be taken: ${safeText(reason)}; nothing here was changed`
}
