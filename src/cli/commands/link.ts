import { buildCommand } from '@stricli/core'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'

/** `git model link`: tie a run to a commit. */
export const link = buildCommand<{ json?: boolean }, [run: string, commit: string], Context>({
  docs: {
    brief: 'Tie a run to a commit',
    fullDescription: [
      'A run belongs to the commits that have its weights, its tree or its code by themselves. After a squash merge',
      'whose base had moved none of these may be so; then say it.',
      '',
      'Examples:',
      '  git model link wider HEAD',
      '  git model link 9f2c81 v1.2',
    ].join('\n'),
  },
  parameters: {
    flags: { json: jsonFlag },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, brief: 'Run: id or name', placeholder: 'run' },
        { parse: String, brief: 'Commit, branch or tag', placeholder: 'commit' },
      ],
    },
  },
  async func(flags, run, commit) {
    const { openStore } = await import('../../store/open-store.ts')
    const { linkRun } = await import('../../features/link-run.ts')
    const { safeText } = await import('../../domain/safe-text.ts')
    const linked = await linkRun(await openStore(this.world), run, commit)
    const what = `run ${linked.run.slice(0, 12)} ${safeText(linked.name)}`
    if (flags.json === true) this.out.json({ schema: 'run-linked/v1', ...linked })
    else if (linked.already) this.out.status(`${what} was linked to ${linked.commit.slice(0, 12)} before`)
    else this.out.status(`linked ${what} to ${linked.commit.slice(0, 12)}; git push shares it`)
  },
})
