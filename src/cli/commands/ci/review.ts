import { buildCommand } from '@stricli/core'
import type { FileChange } from '../../../domain/comparison.ts'
import type { Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'

interface Flags {
  comment?: boolean
  gate?: boolean
  groupBy?: string
  key?: string
  nearest?: boolean
  output?: string
  json?: boolean
}

/** `git model ci review`: review a pull or merge request from its CI job. */
export const review = buildCommand<Flags, [], Context>({
  docs: {
    brief: 'Review a pull request from its CI job',
    fullDescription: [
      'Reads what the job of GitHub Actions or GitLab CI was started for, fetches the notes and the two commits, a clone',
      'of depth 1 is enough, and compares as "git model diff base...head" does. The report goes into the summary of the',
      'job and into one comment on the request, which the next job of the same workflow writes anew. The exit code is 1',
      'when a rule of .gitmodel.yaml is broken.',
      '',
      'The token to comment with is GITHUB_TOKEN or GH_TOKEN, on GitLab GITLAB_TOKEN. Without one, or with one that may',
      'only read, the report says so and the rest works.',
      '',
      'Examples:',
      '  git model ci review',
      '  git model ci review --no-comment --output review.md',
      '  git model ci review --key digits --no-gate',
    ].join('\n'),
  },
  parameters: {
    flags: {
      comment: {
        kind: 'boolean',
        optional: true,
        brief: 'Comment on the request (the default); --no-comment leaves it',
      },
      gate: {
        kind: 'boolean',
        optional: true,
        brief: 'Fail the job on a broken rule (the default); --no-gate leaves it',
      },
      groupBy: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'param',
        brief: 'Compare means over the runs that differ in this parameter alone, such as seed',
      },
      key: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'text',
        brief: 'Tells this comment from others (default: workflow and job)',
      },
      nearest: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Where no run belongs to a commit, take the nearest before it',
      },
      output: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'file',
        brief: 'Write the report to a file too',
      },
      json: jsonFlag,
    },
  },
  async func(flags) {
    const { openStore } = await import('../../../store/open-store.ts')
    const { readCiEvent } = await import('../../../features/ci/read-event.ts')
    const { openForge } = await import('../../../features/ci/open-forge.ts')
    const { prepareReview } = await import('../../../features/ci/prepare-review.ts')
    const { publishReport } = await import('../../../features/ci/publish-report.ts')
    const { renderCiReport, renderCiOutcome, renderNoReview } = await import('../../render/ci.ts')
    const { inspectChange } = await import('../../../features/inspect-change.ts')
    const { isModelError } = await import('../../../domain/errors.ts')
    const { changeDetails } = await import('../../render/comparison/change-details.ts')
    const given = readCiEvent(this.world)
    const store = await openStore(this.world)
    const open = openForge(given, this.world)
    this.out.progress('fetching runs and cards')
    const options = {
      comment: flags.comment !== false,
      ...(flags.key !== undefined && { key: flags.key }),
      ...(flags.output !== undefined && { output: flags.output }),
    }
    const prepared = await prepareReview(store, given, open.forge, {
      nearest: flags.nearest === true,
      ...(flags.groupBy !== undefined && { groupBy: flags.groupBy }),
      describeFile: async (each: Store, file: FileChange) => changeDetails(await inspectChange(each, file)),
    }).catch(async (error: unknown) => {
      // What stands in an earlier comment is of another commit: it must not look like the answer to this one.
      if (isModelError(error))
        await publishReport(this.world, given, open, renderNoReview(given, error), options)
      throw error
    })
    const { comparison } = prepared.review
    const published = await publishReport(this.world, prepared.event, open, renderCiReport(prepared), options)
    if (flags.json === true)
      this.out.json({ schema: 'ci-review/v1', event: prepared.event, published, comparison })
    else this.out.result(renderCiOutcome(prepared, published))
    if (flags.gate !== false && !comparison.gate.passed) this.process.exitCode = 1
  },
})
