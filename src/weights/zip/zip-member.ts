import type { DirectoryEntry } from './read-directory.ts'

/** A member of a zip archive, whose two headers agree. */
export interface ZipMember extends DirectoryEntry {
  /** Where its content begins in the file. */
  dataStart: number
}
