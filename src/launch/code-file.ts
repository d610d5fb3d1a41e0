import { homedir } from 'node:os'
import path from 'node:path'

/** Commands that have commands of their own. */
export const GROUPS: readonly string[] = ['card', 'ci', 'hook', 'weights']

/**
 * Returns where the compiled code of a command is kept: `git-model` in the user's folder of caches, by version of this
 * program and of Node. Undefined where the words are no command's, or Node is told to keep nothing
 * (`NODE_DISABLE_COMPILE_CACHE`).
 */
export function codeFile(args: readonly string[], version: string): string | undefined {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return undefined
  const words = args.slice(0, GROUPS.includes(args[0] ?? '') ? 2 : 1)
  if (words.length === 0 || !words.every((word) => /^[a-z][a-z-]{0,30}$/.test(word))) return undefined
  const caches = cacheFolder()
  if (caches === undefined) return undefined
  const folder = `${version}-node-${process.version}-${process.arch}`
  return path.join(caches, 'git-model', folder, words.join('-'))
}

// Undefined where there is none to be known: a user without a home must not get one in the work tree.
function cacheFolder(): string | undefined {
  const { XDG_CACHE_HOME = '', LOCALAPPDATA = '' } = process.env
  if (path.isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME
  if (process.platform === 'win32' && path.isAbsolute(LOCALAPPDATA)) return LOCALAPPDATA
  try {
    const home = homedir()
    return path.isAbsolute(home) ? path.join(home, '.cache') : undefined
  } catch {
    // Neither a variable nor the system names one, as in a container for any user.
    return undefined
  }
}
