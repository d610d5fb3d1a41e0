/**
 * Reads what the batch API of Git LFS answers to a question for downloads (git-lfs, `docs/api/batch.md`).
 *
 * @returns the SHA-256 names of the objects that are there, or what is wrong with the answer.
 */
export function readBatchAnswer(text: string): { oids: string[] } | { wrong: string } {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return { wrong: 'did not answer with JSON' }
  }
  const objects = (answer as { objects?: unknown } | null)?.objects
  if (!Array.isArray(objects)) return { wrong: 'answered without objects' }
  const oids = objects.flatMap((object: unknown) => {
    const { oid, error, actions } = (object ?? {}) as Record<string, unknown>
    const has = typeof oid === 'string' && error === undefined && typeof actions === 'object'
    return has ? [oid] : []
  })
  return { oids }
}
