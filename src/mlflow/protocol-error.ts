/** The error codes of MLflow's REST protocol that this server answers with, each with its HTTP status. */
const STATUS = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  NOT_IMPLEMENTED: 501,
  REQUEST_LIMIT_EXCEEDED: 413,
  TEMPORARILY_UNAVAILABLE: 503,
  // Not 500: clients try that again for minutes, and a bug does not pass.
  INTERNAL_ERROR: 501,
} as const

/** A code of an error answer. */
export type ProtocolCode = keyof typeof STATUS

/** A refusal as MLflow words it: `{"error_code": …, "message": …}` with the status of its code. */
export class ProtocolError extends Error {
  readonly code: ProtocolCode

  constructor(code: ProtocolCode, message: string) {
    super(message)
    this.name = 'ProtocolError'
    this.code = code
  }

  /** The HTTP status. Clients try again after 408, 429 and 5xx other than 501, so these are for what may pass. */
  get status(): number {
    return STATUS[this.code]
  }
}

/** Makes the error of a request that can never succeed as it is. */
export function invalid(message: string): ProtocolError {
  return new ProtocolError('INVALID_PARAMETER_VALUE', message)
}

/** Makes the error of a thing that is not there. */
export function missing(message: string): ProtocolError {
  return new ProtocolError('RESOURCE_DOES_NOT_EXIST', message)
}
