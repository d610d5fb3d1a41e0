import type { Tips } from '../git/read-tips.ts'
import { REMOTES } from '../git/refs.ts'

/** Lists the remotes of which something was fetched that has a place here; what else they have is left alone. */
export function remotesOf(tips: Tips): string[] {
  const names = [...tips.keys()].flatMap(
    (ref) =>
      /^(.+)\/(?:runs|notes\/(?:runs|series|cards|experiments|registry))$/.exec(withoutPrefix(ref))?.[1] ??
      [],
  )
  // `refs/notes/model/x/runs` of a remote is below its notes, and not the chain of a remote of that name.
  return [...new Set(names)].filter((name) => !/(?:^|\/)notes(?:\/|$)/.test(name))
}

function withoutPrefix(ref: string): string {
  return ref.startsWith(REMOTES) ? ref.slice(REMOTES.length) : ''
}
