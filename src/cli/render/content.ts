import { safeText } from '../../domain/safe-text.ts'
import type { ContentDescription } from '../../features/describe-content.ts'
import type { TensorDigest } from '../../weights/tensor/digest-tensors.ts'

/**
 * Writes a version of a weight file as text whose diff reads well: a line for each tensor, which changes exactly when
 * the tensor does.
 */
export function renderContent(content: ContentDescription): string {
  if (content.kind === 'pointer') {
    const { oid, size } = content.pointer
    return `the content is not here: git lfs pull\nsha256:${oid}, ${size} bytes\n`
  }
  if (content.kind === 'file') {
    const why = content.why === undefined ? '' : `${safeText(content.why)}\n`
    return `${why}sha256:${content.sha256}, ${content.size} bytes\n`
  }
  const { formats, metadata, tensors } = content
  const parameters = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  const lines = [
    `${[...new Set(formats)].join(', ')}: ${tensors.length} tensors, ${parameters} parameters`,
    ...Object.keys(metadata)
      .sort()
      .map((key) => safeText(`metadata ${key}: ${metadata[key]}`)),
    ...tensors.map(tensorLine),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/** `hidden.weight F32 [16, 784] norm 3.142 sha256:1a2b3c4d5e6f` */
function tensorLine({ name, dtype, shape, norm, odd, sha256 }: TensorDigest): string {
  const parts = [
    `${safeText(name)} ${safeText(dtype)} [${shape.join(', ')}]`,
    ...(norm === undefined ? [] : [`norm ${norm.toPrecision(6)}`]),
    ...(odd === undefined ? [] : [`${odd} NaN or infinite`]),
    ...(sha256 === undefined ? [] : [`sha256:${sha256.slice(0, 12)}`]),
  ]
  return parts.join(' ')
}
