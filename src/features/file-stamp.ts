import { lstatSync, statSync } from 'node:fs'

/** Tells one version of a file from another, as far as its inode, its size and its times do; undefined where there is none. */
export function fileStamp(file: string, { follow = true } = {}): string | undefined {
  const stat = (follow ? statSync : lstatSync)(file, { throwIfNoEntry: false, bigint: true })
  return stat && [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ')
}
