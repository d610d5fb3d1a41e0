import { isModelError } from '../domain/errors.ts'

const ATTEMPTS = 10
// What git says of an object that is not there.
const LOST_OBJECT = /not a valid object|invalid object|error building trees|nonexistent object/

/**
 * Makes objects that name each other, again where one went away before the next one named it: `git gc --prune=now` takes
 * what no ref reaches, however new it is.
 */
export async function untilThere<T>(make: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await make()
    } catch (error) {
      if (attempt === ATTEMPTS || !isModelError(error, 'git-failed') || !LOST_OBJECT.test(error.message))
        throw error
    }
  }
}
