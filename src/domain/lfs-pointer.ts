/** A Git LFS pointer: the small text that stands in git for a large file. */
export interface LfsPointer {
  /** SHA-256 of the content, 64 lower-case hexadecimal digits. */
  oid: string
  /** Size of the content in bytes. */
  size: number
}

const VERSION = 'version https://git-lfs.github.com/spec/v1'
const MAX_POINTER = 1024

/** Writes a pointer in its canonical form (git-lfs, `docs/spec.md`). An empty file is an empty blob. */
export function formatPointer(pointer: LfsPointer): string {
  if (pointer.size === 0) return ''
  return `${VERSION}\noid sha256:${pointer.oid}\nsize ${pointer.size}\n`
}

/** Reads a pointer; undefined when the text is anything else (git-lfs, `docs/spec.md`). */
export function parsePointer(text: string): LfsPointer | undefined {
  if (text.length >= MAX_POINTER || !text.startsWith('version ')) return undefined
  const match =
    /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\r?\n(?:ext-\d-[^\n]*\n)*oid sha256:([0-9a-f]{64})\r?\nsize (\d{1,16})\r?\n?$/.exec(
      text,
    )
  if (match === null) return undefined
  const size = Number(match[2])
  return Number.isSafeInteger(size) ? { oid: match[1]!, size } : undefined
}

/** The digest of a file's content as records spell it. */
export function sha256Name(oid: string): string {
  return `sha256:${oid}`
}
