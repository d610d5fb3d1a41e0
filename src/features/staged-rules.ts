import path from 'node:path'
import { formatBytes } from '../domain/format-bytes.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { StagedFinding } from '../domain/staged-finding.ts'
import { looksBinary } from '../weights/looks-binary.ts'
import type { StagedWeights } from './staged-weights.ts'

/** Judges whether weights are on their way into Git LFS. */
export function judgeWeights(file: StagedWeights): StagedFinding[] {
  const { isRouted, isRoutedHere, isNamed, pointer, size } = file
  if (pointer !== undefined) return isRouted ? [] : [unroutedPointer(file)]
  if (size === 0) return []
  if (isRouted) return [stillRaw(file)]
  if (isRoutedHere) return [attributesNotStaged(file)]
  return isNamed ? [notRouted(file)] : []
}

/** Judges the size of what is staged outside Git LFS. @param head - its first bytes; undefined for small files. */
export function judgeLarge(
  file: StagedWeights,
  head: Uint8Array | undefined,
  largest: number,
): StagedFinding[] {
  const isSaidAlready = file.isRouted || file.isRoutedHere || file.isNamed
  if (file.pointer !== undefined || isSaidAlready || file.size <= largest || head === undefined) return []
  if (!looksBinary(head)) {
    const message = `${file.path} is ${formatBytes(file.size)} of text, which every clone will download`
    return [{ rule: 'large-text', stops: false, path: file.path, message, hints: [trackCommand(file.path)] }]
  }
  const message = `${file.path} is a binary of ${formatBytes(file.size)} outside Git LFS (more than ${formatBytes(largest)})`
  return [{ rule: 'large-binary', stops: true, path: file.path, message, hints: [trackCommand(file.path)] }]
}

/** The command that routes a file like this one, so that the commit can be tried again. */
export function trackCommand(file: string): string {
  const ending = path.posix.extname(file)
  const pattern = ending.length > 1 ? `*${ending}` : file
  return `${formatCommand('git', 'model', 'weights', 'track', pattern)} && git add .gitattributes .gitmodel.yaml`
}

function notRouted(file: StagedWeights): StagedFinding {
  return {
    rule: 'weights-not-routed',
    stops: true,
    path: file.path,
    message: `${file.path} is weights (.gitmodel.yaml), but .gitattributes does not route it through Git LFS`,
    hints: [trackCommand(file.path)],
  }
}

function attributesNotStaged(file: StagedWeights): StagedFinding {
  return {
    rule: 'attributes-not-staged',
    stops: true,
    path: file.path,
    message: `${file.path} is to go through Git LFS, but the .gitattributes that says so is not staged`,
    hints: ['git add .gitattributes'],
  }
}

function unroutedPointer(file: StagedWeights): StagedFinding {
  const hint = file.isRoutedHere ? 'git add .gitattributes' : trackCommand(file.path)
  return {
    rule: 'attributes-not-staged',
    stops: false,
    path: file.path,
    message: `${file.path} is an LFS pointer, but no staged .gitattributes says so: others would get the pointer, not the weights`,
    hints: [hint],
  }
}

// In a partial commit, what a hook stages would be lost from the real index.
function stillRaw(file: StagedWeights): StagedFinding {
  return {
    rule: 'weights-raw',
    stops: true,
    path: file.path,
    message: `${file.path} is to go through Git LFS, but its content itself is staged`,
    hints: [
      `${formatCommand('git', 'add', '--renormalize', '--', file.path)}   then commit without naming files`,
    ],
  }
}
