import { isModelError } from '../domain/errors.ts'
import type { Repository } from '../git/repository.ts'
import { readConfig } from './config.ts'

/**
 * Returns below which name the team keeps its metadata on remotes (`sync.prefix` of `.gitmodel.yaml`); undefined
 * for the names that it has here, and where the configuration cannot be read.
 */
export async function syncPrefix(repo: Repository): Promise<string | undefined> {
  try {
    return (await readConfig(repo)).sync?.prefix
  } catch (error) {
    if (isModelError(error, 'config-invalid')) return undefined
    throw error
  }
}
