import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'

/** `git model ci link`: tie a merged commit to the runs of its branch. */
export const link = buildCommand<{ json?: boolean }, [], Context>({
  docs: {
    brief: 'Tie a merged commit to the runs of its branch',
    fullDescription: [
      'For a job that runs on a push to the branch that requests are merged into. It asks the host which request the',
      'commit came from, and links the runs of that branch, where no other rule finds a run for the merged commit: after',
      'a squash or a rebase onto a base that had moved. The run of the last commit stands for it; earlier ones that would',
      'take its place are left out. Of a push of several merges, as merge queues make, each is linked. Then it pushes the',
      'runs, so the token needs the right to write. To do it twice changes nothing.',
      '',
      'Examples:',
      '  git model ci link',
      '  git model ci link --json',
    ].join('\n'),
  },
  parameters: { flags: { json: jsonFlag } },
  async func({ json }) {
    const { openStore } = await import('../../../store/open-store.ts')
    const { readCiEvent } = await import('../../../features/ci/read-event.ts')
    const { openForge } = await import('../../../features/ci/open-forge.ts')
    const { linkMerged } = await import('../../../features/ci/link-merged.ts')
    const { renderMergeLinked } = await import('../../render/ci.ts')
    const event = readCiEvent(this.world)
    const { forge } = openForge(event, this.world)
    const linked = await linkMerged(await openStore(this.world), event, forge)
    if (json === true) this.out.json({ schema: 'ci-linked/v1', ...linked })
    else for (const one of [...linked.earlier, linked]) this.out.status(renderMergeLinked(one))
  },
})
