import type { ByteSource } from '../byte-source.ts'
import { checkLocalHeaders } from './check-local-headers.ts'
import { readDirectory } from './read-directory.ts'
import type { ZipMember } from './zip-member.ts'

/** A zip archive that was found in order. */
export interface ZipArchive {
  source: ByteSource
  /** In the order of their content. */
  members: ZipMember[]
}

/**
 * Opens a zip archive (PKWARE APPNOTE 6.3.10), more strictly than most: one reading of it has to be the only one.
 * Encryption, odd flags, duplicate names, members that overlap or reach outside, and local headers that
 * disagree with the directory are refused.
 *
 * @throws ZipDamage with the reason.
 */
export function openZip(source: ByteSource): ZipArchive {
  return { source, members: checkLocalHeaders(source, readDirectory(source)) }
}
