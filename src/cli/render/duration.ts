const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Writes how long something took, in its two largest units: `340ms`, `4.2s`, `3m 05s`, `2h 10m`, `3d 4h`. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds))
  if (ms < SECOND) return `${ms}ms`
  if (ms < 9950) return `${(ms / SECOND).toFixed(1)}s`
  if (ms < MINUTE - 500) return `${Math.round(ms / SECOND)}s`
  const whole = Math.round(ms / SECOND) * SECOND
  if (whole < HOUR) return twoUnits(whole, MINUTE, 'm', SECOND, 's')
  if (whole < DAY) return twoUnits(whole, HOUR, 'h', MINUTE, 'm')
  return twoUnits(whole, DAY, 'd', HOUR, 'h')
}

/** Writes how long ago something was: `just now`, `5 minutes ago`; more than 60 days ago, its date (UTC). */
export function formatAge(then: number, now: number): string {
  const ms = now - then
  if (!Number.isFinite(ms)) return 'unknown'
  if (ms < -MINUTE || ms >= 60 * DAY) return new Date(then).toISOString().slice(0, 10)
  if (ms < 10 * SECOND) return 'just now'
  if (ms < MINUTE) return ago(ms / SECOND, 'second')
  if (ms < HOUR) return ago(ms / MINUTE, 'minute')
  if (ms < DAY) return ago(ms / HOUR, 'hour')
  return ago(ms / DAY, 'day')
}

/** Writes a time for people: `2026-11-23 08:00:00 UTC`. */
export function formatTime(iso: string): string {
  const time = Date.parse(iso)
  return Number.isNaN(time) ? iso : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const count = Math.floor(ms / large)
  const rest = Math.floor((ms % large) / small)
  return `${count}${largeName} ${smallName === 'h' ? rest : String(rest).padStart(2, '0')}${smallName}`
}

function ago(count: number, unit: string): string {
  const whole = Math.floor(count)
  return `${whole} ${unit}${whole === 1 ? '' : 's'} ago`
}
