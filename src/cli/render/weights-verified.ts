import { safeText } from '../../domain/safe-text.ts'
import type { Verified } from '../../features/verify-weights.ts'
import type { Colors } from '../colors.ts'
import { formatSize } from './number.ts'

/** Says how the weights of a commit are: what is wrong first. */
export function renderVerified({ commit, remote, files, problems }: Verified, colors: Colors): string {
  const here = files.filter(({ local }) => local === 'ok')
  const size = here.reduce((sum, file) => sum + file.size, 0)
  const lines = problems.map(({ path, message }) => `${colors.red('✗')} ${safeText(`${path}: ${message}`)}`)
  lines.push(
    files.length === 0
      ? `${commit.slice(0, 12)} has no weights in Git LFS`
      : `${commit.slice(0, 12)}: ${here.length} of ${files.length} contents are here and hash right (${formatSize(size)})`,
  )
  if (remote !== undefined) {
    const there = files.filter((file) => file.remote === 'ok').length
    const missing = files.filter((file) => file.remote === 'absent').map((file) => file.path)
    const rest =
      missing.length === 0
        ? ''
        : `; not there: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`
    lines.push(safeText(`${remote} has ${there} of ${files.length}${rest}`))
  }
  if (problems.length === 0) lines.push(colors.green('all is well'))
  return `${lines.join('\n')}\n`
}
