import { maskPairs } from './mask-pairs.ts'
import { looksSecret } from './secret-name.ts'
import { MASK, maskShapes } from './secret-shapes.ts'

export { looksSecret } from './secret-name.ts'
export { looksSecretFile } from './secret-file.ts'

// A short option that takes a password, of programs that have one.
const SHORT_OPTIONS: Readonly<Record<string, { option: string; attached: boolean }>> = {
  sshpass: { option: '-p', attached: true },
  mysql: { option: '-p', attached: true },
  mysqldump: { option: '-p', attached: true },
  mysqladmin: { option: '-p', attached: true },
  mariadb: { option: '-p', attached: true },
  'redis-cli': { option: '-a', attached: false },
  docker: { option: '-p', attached: false },
  podman: { option: '-p', attached: false },
}

/** Tells whether something may be kept although it looks like a credential. By default nothing may. */
export type AllowSecret = (place: string) => boolean

/**
 * Masks what looks like a credential in the arguments of a command: by the name of the option or variable
 * (`--password X`, `HF_TOKEN=X`), or by its own looks (`ghp_…`, `https://user:X@host`).
 *
 * @returns the arguments with `***` in the place of credentials, and where they stood: the names, or the
 * positions of arguments that have none.
 */
export function maskSecrets(
  args: readonly string[],
  isAllowed: AllowSecret = () => false,
): { args: string[]; masked: string[] } {
  const masked: string[] = []
  const result = args.map((arg, index) => {
    const named = maskNamed(args, index)
    const text = named?.text ?? maskText(arg)
    if (text === arg) return arg
    const place = named?.name ?? `argument ${index + 1}`
    if (isAllowed(place)) return arg
    masked.push(place)
    return text
  })
  return { args: result, masked: [...new Set(masked)] }
}

/** Masks what looks like a credential anywhere in a program or in settings. For other texts there is `maskProse`. */
export function maskText(text: string): string {
  return maskPairs(maskShapes(text), ({ mark }) => mark !== 'is')
}

function maskNamed(args: readonly string[], index: number): { name: string; text: string } | undefined {
  const arg = args[index]!
  const before = args[index - 1] ?? ''
  if (isOption(before) && !isOption(arg) && looksSecret(before, arg)) return { name: before, text: MASK }
  const short = maskShort(args, index)
  if (short !== undefined) return short
  // A script is a text, not one assignment.
  if (/^-[a-z]*c$/.test(before)) return undefined
  const at = arg.indexOf('=')
  const name = arg.slice(0, at)
  if (at < 1 || !/^[-+~]*[A-Za-z_][\w./@:-]*$/.test(name) || !looksSecret(name, arg.slice(at + 1)))
    return undefined
  return { name, text: `${name}=${MASK}` }
}

function isOption(arg: string): boolean {
  return /^--?[A-Za-z][\w.-]*$/.test(arg)
}

function maskShort(args: readonly string[], index: number): { name: string; text: string } | undefined {
  const arg = args[index]!
  const before = args[index - 1]
  const programs = args.slice(0, index).map((text) => text.replace(/^.*[/\\]/, ''))
  if (
    programs.includes('curl') &&
    /^(?:-u|--user|-U|--proxy-user)$/.test(before ?? '') &&
    /^[^:]*:./.test(arg)
  ) {
    return { name: before!, text: arg.replace(/:[^]*$/, `:${MASK}`) }
  }
  const program = programs.find((name) => Object.hasOwn(SHORT_OPTIONS, name))
  if (program === undefined) return undefined
  const { option, attached } = SHORT_OPTIONS[program]!
  if (/^(?:docker|podman)$/.test(program) && !programs.includes('login')) return undefined
  const isValue = before === option && (program !== 'mysql' || !attached)
  if (isValue && !/^(?:mysql|mariadb)/.test(program)) return { name: option, text: MASK }
  return attached && arg.startsWith(option) && arg.length > 2
    ? { name: option, text: option + MASK }
    : undefined
}
