import { ModelError } from '../domain/errors.ts'

/** The error for content that breaks the rules of its format. @param kind - what it should have been. */
export function weightsInvalid(name: string, kind: string, why: string): ModelError {
  return new ModelError('weights-invalid', `"${name}" is not a valid ${kind}: ${why}`, {
    hints: ['write it again, or fetch it anew: git lfs pull'],
    data: { path: name },
  })
}
