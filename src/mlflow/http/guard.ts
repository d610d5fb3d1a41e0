import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { ProtocolError } from '../protocol-error.ts'

/** Who may ask, and how slowly. */
export interface Access {
  /** The host that was asked for explicitly; undefined for loopback alone. */
  readonly host: string | undefined
  /** What a client must send as its bearer token, or as the password of a basic authorisation. */
  readonly token: string | undefined
  /** How long a JSON body may take, and the next piece of a file, in milliseconds. */
  readonly bodyTimeout: number
}

/**
 * Refuses requests that a web page can make a browser send: those to a host name that is not this machine's (DNS
 * rebinding), and those of another origin. Refuses those without the token where there is one.
 *
 * @throws ProtocolError PERMISSION_DENIED, UNAUTHENTICATED.
 */
export function guard(request: IncomingMessage, access: Access): void {
  const { host = '', origin } = request.headers
  if (!isOurHost(hostName(host), access)) {
    throw new ProtocolError(
      'PERMISSION_DENIED',
      'Invalid Host header - possible DNS rebinding attack detected',
    )
  }
  if (origin !== undefined && !isOurOrigin(origin, access)) {
    throw new ProtocolError('PERMISSION_DENIED', 'Cross-origin request blocked')
  }
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    throw new ProtocolError('PERMISSION_DENIED', 'Cross-origin request blocked')
  }
  if (access.token === undefined || isAuthorised(request.headers.authorization ?? '', access.token)) return
  throw new ProtocolError('UNAUTHENTICATED', 'This server needs a token: set MLFLOW_TRACKING_TOKEN')
}

function isOurHost(name: string, { host }: Access): boolean {
  if (['localhost', '127.0.0.1', '[::1]'].includes(name)) return true
  // Who opened the server to the network reaches it by any address of it; a name must be the one that was given.
  return host !== undefined && (name === host.toLowerCase() || isIP(name.replaceAll(/[[\]]/g, '')) !== 0)
}

function isOurOrigin(origin: string, access: Access): boolean {
  try {
    return isOurHost(hostName(new URL(origin).host), access)
  } catch {
    return false
  }
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}

function isAuthorised(header: string, token: string): boolean {
  const [scheme = '', sent = ''] = header.split(' ')
  if (/^bearer$/i.test(scheme)) return isSame(sent, token)
  if (!/^basic$/i.test(scheme)) return false
  const text = Buffer.from(sent, 'base64').toString('utf8')
  return isSame(text.slice(text.indexOf(':') + 1), token)
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
