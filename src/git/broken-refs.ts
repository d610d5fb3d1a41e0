import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import type { Repository } from './repository.ts'

/**
 * Finds which of some refs, all of which git did not find, are files that name nothing: a full disk, a power cut or a
 * crash leaves such files, and git takes the refs for missing when it reads and for held when it writes.
 */
export function findBrokenRefs(repo: Pick<Repository, 'commonDir'>, absent: Iterable<string>): string[] {
  return [...absent].filter((ref) => {
    const content = readRefFile(repo, ref)
    return content !== undefined && !/^(?:ref: |[0-9a-f]{40,64}\s)/.test(content)
  })
}

/** @throws ModelError `ref-broken` where some refs, all of which git did not find, are there and name nothing. */
export function requireSound(repo: Pick<Repository, 'commonDir'>, absent: Iterable<string>): void {
  const [ref] = findBrokenRefs(repo, absent)
  if (ref !== undefined) throw brokenRef(ref)
}

/** The refs that git says it left out, since they are broken. */
export function brokenIn(stderr: string): string[] {
  return [...new Set(Array.from(stderr.matchAll(/ignoring broken ref (refs\/\S+)/g), ([, ref]) => ref!))]
}

/** The error for a ref that names nothing. */
export function brokenRef(ref: string): ModelError {
  return new ModelError(
    'ref-broken',
    `${ref} is broken: its file is empty or torn, so what it named is not found`,
    {
      hints: ['git model doctor --fix'],
      data: { ref },
    },
  )
}

/** The file of a ref, where git keeps refs in files. */
export function refFile({ commonDir }: Pick<Repository, 'commonDir'>, ref: string): string {
  return path.join(commonDir, ref)
}

function readRefFile(repo: Pick<Repository, 'commonDir'>, ref: string): string | undefined {
  try {
    return readFileSync(refFile(repo, ref), 'latin1')
  } catch {
    return undefined
  }
}
