import { weightsInvalid } from '../weights-invalid.ts'
import { ZipDamage } from './zip-damage.ts'

/** Does something with a zip archive. @throws ModelError `weights-invalid` where it is not in order. */
export function refuseDamage<T>(name: string, task: () => T): T {
  try {
    return task()
  } catch (error) {
    if (error instanceof ZipDamage) throw weightsInvalid(name, 'zip archive', error.message)
    throw error
  }
}
