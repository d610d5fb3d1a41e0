const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** Writes a number of bytes for people, in powers of 1000: `5 MB`, `1.4 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  return `${value.toFixed(value < 10 ? 1 : 0).replace(/\.0$/, '')} ${UNITS[unit]}`
}
