import type { Oid } from '../../domain/run.ts'
import { safeText } from '../../domain/safe-text.ts'
import { formatSize } from './number.ts'

/** The lines that say what was restored. */
export function renderCheckout(result: {
  source: { kind: string; oid: Oid; name?: string }
  files: readonly { path: string; oid: string; size: number }[]
  code: boolean
}): string[] {
  const { kind, oid, name } = result.source
  const from = `${kind} ${oid.slice(0, 12)}${name === undefined ? '' : ` ${safeText(name)}`}`
  const files = result.files.map(
    (file) =>
      `restored ${safeText(file.path)} (${formatSize(file.size)}, sha256:${file.oid.slice(0, 12)}) from ${from}`,
  )
  return result.code ? [...files, `restored the code of ${from}`] : files
}
