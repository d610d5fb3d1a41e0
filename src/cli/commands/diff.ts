import { buildCommand } from '@stricli/core'
import type { Comparison, FileChange, FileDetail } from '../../domain/comparison.ts'
import type { Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'

interface Flags {
  format?: 'text' | 'md' | 'html'
  gate?: boolean
  groupBy?: string
  nearest?: boolean
  all?: boolean
  json?: boolean
}

const on = { kind: 'boolean', optional: true, withNegated: false } as const

/** `git model diff`: compare two versions as a reviewer would. */
export const diff = buildCommand<Flags, [base?: string, head?: string], Context>({
  docs: {
    brief: 'Compare two versions: metrics, parameters, cards and weights',
    fullDescription: [
      'BASE and HEAD are branches, commits or runs. Without them, HEAD is compared with its merge base with the',
      'default branch; "main..." and "A..B" are read as git reads them. Which direction of a metric is better, and',
      'how much worse is allowed, stands in .gitmodel.yaml. With --gate the exit code is 1 when a rule is broken.',
      '',
      'Examples:',
      '  git model diff',
      '  git model diff main...',
      '  git model diff baseline wider',
      '  git model diff --gate --format md origin/main HEAD > review.md',
      '  git model diff main... --format html > review.html',
      '  git model diff main... --group-by seed',
    ].join('\n'),
  },
  parameters: {
    flags: {
      format: {
        kind: 'enum',
        values: ['text', 'md', 'html'],
        optional: true,
        brief: 'How to write it: text (default), md (a comment), html (one file)',
      },
      gate: { ...on, brief: 'Exit with 1 when a rule of .gitmodel.yaml is broken' },
      groupBy: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'param',
        brief: 'Compare means over the runs that differ in this parameter alone, such as seed',
      },
      nearest: { ...on, brief: 'Where no run belongs to a commit, take the nearest before it' },
      all: { ...on, brief: 'Show metrics that did not change too' },
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, optional: true, brief: 'What to compare with', placeholder: 'base' },
        { parse: String, optional: true, brief: 'What is new (default: HEAD)', placeholder: 'head' },
      ],
    },
  },
  async func(flags, base, head) {
    const { openStore } = await import('../../store/open-store.ts')
    const store = await openStore(this.world)
    const options = {
      nearest: flags.nearest === true,
      describeFile,
      links: flags.format === 'md' || flags.format === 'html',
      ...(flags.groupBy !== undefined && { groupBy: flags.groupBy }),
    }
    const exit = ({ gate }: Comparison): void => {
      if (flags.gate === true && !gate.passed) this.process.exitCode = 1
    }
    if (flags.json === true) {
      const { compareVersions } = await import('../../features/compare-versions.ts')
      const comparison = await compareVersions(store, base, head, options)
      this.out.json({ schema: 'comparison/v1', ...comparison })
      exit(comparison)
      return
    }
    const { reviewVersions } = await import('../../features/review-versions.ts')
    const review = await reviewVersions(store, base, head, options)
    if (flags.format === 'md') {
      const { renderComparisonMarkdown } = await import('../render/comparison/markdown.ts')
      this.out.result(renderComparisonMarkdown(review))
    } else if (flags.format === 'html') {
      const { renderComparisonHtml } = await import('../render/comparison/html.ts')
      this.out.result(renderComparisonHtml(review))
    } else {
      const { renderComparison } = await import('../render/comparison/text.ts')
      const { colors, width } = this.out
      this.out.result(renderComparison(review, { colors, width, all: flags.all === true }))
    }
    exit(review.comparison)
  },
})

// Most changes have no weights to look into.
async function describeFile(store: Store, file: FileChange): Promise<FileDetail[]> {
  const { inspectChange } = await import('../../features/inspect-change.ts')
  const { changeDetails } = await import('../render/comparison/change-details.ts')
  return changeDetails(await inspectChange(store, file))
}
