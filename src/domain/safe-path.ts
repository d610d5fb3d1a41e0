/**
 * Tells whether a path that a record or a configuration names may be written below the root of a work tree:
 * relative, with `/`, without `..`, and not in a git directory.
 */
export function isSafePath(path: string): boolean {
  if (path === '' || path.length > 4096 || path.startsWith('/') || /[\\\p{Cc}]/u.test(path)) return false
  if (/^[A-Za-z]:/.test(path)) return false
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !isGitDirectory(part))
}

// Names that file systems without case or with short names take for `.git`, as git itself refuses them.
function isGitDirectory(part: string): boolean {
  const name = part.toLowerCase().replaceAll(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '')
  return /^(?:\.git|git~1)[ .]*(?::|$)/.test(name)
}
