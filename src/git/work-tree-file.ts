import { lstatSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'

/** The largest configuration that is read, in bytes. */
export const LARGEST_CONFIG = 2 ** 20

/**
 * Reads a configuration file of the work tree, such as `.gitattributes`; undefined where there is none. Who can write
 * to a branch chooses what stands there: a link, a device or gigabytes are neither followed nor read.
 *
 * @param name - relative to the root.
 * @throws ModelError `config-invalid`.
 */
export function readWorkTreeText(root: string, name: string): string | undefined {
  const file = path.join(root, name)
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (!stat.isFile()) throw unfit(name, stat.isSymbolicLink() ? 'a link' : 'no file')
  if (stat.size > LARGEST_CONFIG) throw unfit(name, 'larger than 1 MiB')
  return readFileSync(file, 'utf8')
}

function unfit(name: string, what: string): ModelError {
  return new ModelError('config-invalid', `${name} is ${what}, and is not read`, {
    hints: [`see who made it so: git log -1 -- ${name}`, `put a file of text in its place`],
    data: { file: name },
  })
}
