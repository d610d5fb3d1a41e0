import { formatCommand } from '../../domain/quote-shell.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { Installed } from '../../features/install-model.ts'
import type { Removed } from '../../features/remove-model.ts'

/** Says what setting up changed, and what to type next. */
export function renderInstalled(done: Installed): string[] {
  const lines = changes(done)
  const isSame = lines.length === 0
  if (isSame) lines.push('already set up')
  else if (done.remote !== undefined && done.refspecs.length === 0) lines.push(exchange(done.remote))
  return [...lines, ...nextSteps(done, isSame)].map(safeText)
}

function changes(done: Installed): string[] {
  const lines: string[] = []
  if (done.patterns.length > 0)
    lines.push(`.gitattributes: ${countPatterns(done.patterns)} go through Git LFS`)
  if (done.config) lines.push('.gitmodel.yaml: written; its comments say what it can hold')
  if (done.lfs) lines.push('Git LFS: set up for this repository')
  if (done.hooks.installed.length > 0) {
    const chained =
      done.hooks.chained.length === 0 ? '' : `; what was there runs first: ${list(done.hooks.chained)}`
    lines.push(`hooks: ${list(done.hooks.installed)} in ${relative(done.hooks.folder, done.root)}${chained}`)
  } else if (done.program) lines.push('hooks: they start this program from now on')
  if (done.drivers) lines.push('weights: git diff, git log -p and git merge know their tensors')
  if (done.digest) lines.push('git log: shows a line about the runs below each commit that has some')
  for (const { remote, refspec } of done.repaired) {
    lines.push(
      `${remote}: took the refspec ${refspec} away, with which a fetch overwrites unpushed runs and cards`,
    )
  }
  if (done.remote !== undefined && done.refspecs.length > 0) lines.push(exchange(done.remote))
  return lines
}

function exchange(remote: string): string {
  return `${remote}: git push takes runs and cards along, git fetch and git pull bring them`
}

function nextSteps(done: Installed, isSame: boolean): string[] {
  const lines: string[] = []
  if (done.raw.length > 0) {
    lines.push(
      `${done.raw.length} tracked ${done.raw.length === 1 ? 'file is' : 'files are'} still in git itself: ${shorten(done.raw)}`,
      '  from the next commit on they go through LFS: git add --renormalize .',
    )
  }
  if (done.remotes.length === 0)
    lines.push('no remote yet; once there is one: git remote add origin URL && git model init')
  else if (done.remote === undefined) {
    lines.push(
      `there are several remotes; name one: git model init --remote ${formatCommand(done.remotes[0]!)}`,
    )
  }
  const files = [
    ...(done.patterns.length > 0 ? ['.gitattributes'] : []),
    ...(done.config ? ['.gitmodel.yaml'] : []),
  ]
  if (files.length > 0) lines.push(`next: git add ${files.join(' ')} && git commit -m "set up git-model"`)
  else if (!isSame && done.remote !== undefined)
    lines.push(`next: git model sync ${formatCommand(done.remote)}`)
  return lines
}

/** Says what was taken away, and what stays. */
export function renderRemoved(done: Removed): string[] {
  const lines: string[] = []
  const { removed, restored, left } = done.hooks
  if (removed.length > 0) {
    const back = restored.length === 0 ? '' : `; what was there before is back: ${list(restored)}`
    lines.push(`hooks: ${list(removed)} removed${back}`)
  }
  if (left.length > 0) {
    const files = list(left.map((file) => relative(file, done.root)))
    lines.push(`hooks: ${files} stays aside, since another one stands in its place`)
  }
  if (done.remotes.length > 0) lines.push(`${list(done.remotes)}: fetch refspecs removed`)
  if (done.lfs === 'removed') lines.push('Git LFS: the filters that "git model init" set up are gone')
  if (done.lfs === 'kept')
    lines.push('Git LFS: stays, because tracked files go through it; git lfs uninstall --local takes it away')
  if (lines.length === 0 && !done.config) lines.push('nothing to remove: git-model is not set up here')
  else lines.push('.gitattributes and .gitmodel.yaml stay: they are tracked files')
  if (done.refs.length > 0) {
    lines.push(
      `what was recorded stays too (${done.refs.length} refs below refs/model and refs/notes/model); to delete it:`,
      '  git for-each-ref --format="delete %(refname)" refs/model refs/notes/model | git update-ref --stdin',
    )
  }
  if (done.kept.length > 0)
    lines.push(`${list(done.kept.map((folder) => relative(folder, done.root)))} stays: it is nowhere else`)
  return lines.map(safeText)
}

function countPatterns(patterns: readonly string[]): string {
  return patterns.length === 1 ? patterns[0]! : `${patterns.length} patterns (${shorten(patterns)})`
}

function shorten(items: readonly string[]): string {
  return items.slice(0, 3).join(', ') + (items.length > 3 ? ', …' : '')
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

function relative(file: string, root: string): string {
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file
}
