import { ModelError } from '../domain/errors.ts'

/** Says that a tree is not there, or is none. */
export function missingTree(name: string): ModelError {
  return new ModelError('git-failed', `there is no tree ${name.slice(0, 12)}`, {
    hints: ['git fsck', 'git model doctor'],
    data: { name },
  })
}
