import { invalid } from './protocol-error.ts'

/** A part of a list, and where the next part begins. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next_page_token?: string
}

/**
 * Cuts a page out of a list that is in its final order.
 *
 * @param token - as an earlier page gave it; empty for the first page.
 * @throws ProtocolError for a token that no page gave.
 */
export function cutPage<T>(items: readonly T[], size: number, token: string): Page<T> {
  const start = token === '' ? 0 : readToken(token)
  const end = start + size
  return {
    items: items.slice(start, end),
    ...(end < items.length && { next_page_token: makeToken(end) }),
  }
}

function makeToken(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64')
}

function readToken(token: string): number {
  try {
    const { offset } = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { offset: unknown }
    if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return offset
  } catch {
    // said below
  }
  throw invalid('Invalid page token, could not base64-decode')
}
