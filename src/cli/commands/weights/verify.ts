import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'

interface Flags {
  remote?: boolean
  from?: string
  json?: boolean
}

/** `git model weights verify`: whether the weights of a commit are all there, and are what they should be. */
export const verify = buildCommand<Flags, [revision?: string], Context>({
  docs: {
    brief: 'Verify that all weights are present and as recorded',
    fullDescription: [
      'Reads every content in the LFS store that the commit points to and compares size and SHA-256; with --remote, asks',
      'the remote as well, and what is only there counts as there. Indexes must name shards that the commit has, and',
      'cards must say the truth of oid, size, tensors and parameters. The exit code is 1 where something is wrong.',
      '',
      'Examples:',
      '  git model weights verify',
      '  git model weights verify v1.0 --remote',
      '  git model weights verify --from upstream --json',
    ].join('\n'),
  },
  parameters: {
    flags: {
      remote: { kind: 'boolean', optional: true, withNegated: false, brief: 'Ask the remote too' },
      from: { kind: 'parsed', parse: String, optional: true, brief: 'The remote to ask, by name' },
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          optional: true,
          brief: 'A branch, tag or commit (default: HEAD)',
          placeholder: 'revision',
        },
      ],
    },
  },
  async func(flags, revision) {
    const { openStore } = await import('../../../store/open-store.ts')
    const { verifyWeights } = await import('../../../features/verify-weights.ts')
    const remote = flags.from ?? (flags.remote === true ? true : undefined)
    const verified = await verifyWeights(await openStore(this.world), revision, {
      ...(remote !== undefined && { remote }),
      progress: (done, all) => this.out.progress(`reading ${Math.floor((100 * done) / all)}%`),
    })
    const isGood = verified.problems.length === 0
    if (flags.json === true) this.out.json({ schema: 'weights-verified/v1', ok: isGood, ...verified })
    else {
      const { renderVerified } = await import('../../render/weights-verified.ts')
      this.out.result(renderVerified(verified, this.out.colors))
    }
    if (!isGood) this.process.exitCode = 1
  },
})
