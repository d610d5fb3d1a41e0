import { classify } from './classify.ts'

/** How much of a file's beginning tells whether it is binary, in bytes: as much as git looks at. */
export const BINARY_HEAD = 8000

/** Tells whether content is binary: a NUL among its first bytes, as git judges, or a format known to be. */
export function looksBinary(head: Uint8Array): boolean {
  return head.subarray(0, BINARY_HEAD).includes(0) || classify(head) !== 'unknown' || hasMagic(head)
}

// Archives and images whose first bytes need not have a NUL.
const MAGIC = [
  '\u001f\u008b',
  'BZh',
  '\u00fd7zXZ',
  '7z\u00bc\u00af',
  'Rar!',
  '\u0028\u00b5\u002f\u00fd',
  '\u0089PNG',
  '%PDF',
  'PAR1',
]

function hasMagic(head: Uint8Array): boolean {
  const start = Buffer.from(head.subarray(0, 8)).toString('latin1')
  return MAGIC.some((magic) => start.startsWith(magic))
}
