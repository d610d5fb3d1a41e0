/** What a request is for. */
export interface Target {
  /** As it was sent: `..` is there to be refused. */
  readonly path: string
  readonly query: URLSearchParams
}

/** Reads the target of a request, which names the host too when it comes by a proxy (RFC 9112, section 3.2). */
export function readTarget(text: string): Target {
  const local = text.replace(/^https?:\/\/[^/?]*/i, '')
  const [path = '', ...rest] = local.split('?')
  return { path: path === '' ? '/' : path, query: new URLSearchParams(rest.join('?')) }
}
