import { buildCommand } from '@stricli/core'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'

/** `git model doctor`: check every part of the set-up. */
export const doctor = buildCommand<{ fix?: boolean; remote?: boolean; json?: boolean }, [], Context>({
  docs: {
    brief: 'Check every part of the set-up, and mend it',
    fullDescription: [
      'Checks versions, locks, hooks, LFS, .gitmodel.yaml, fetch refspecs, notes, runs and pinned weights. Each line says',
      'ok, warn or error, what it means, and what to type. Below them it tells where everything is that was recorded,',
      'and whether this clone alone has some of it. Exits with 1 when an error remains.',
      '',
      'Examples:',
      '  git model doctor',
      '  git model doctor --fix',
      '  git model doctor --remote --json',
    ].join('\n'),
  },
  parameters: {
    flags: {
      fix: { kind: 'boolean', optional: true, withNegated: false, brief: 'Mend what can be mended' },
      remote: { kind: 'boolean', optional: true, withNegated: false, brief: 'Ask the remote too' },
      json: jsonFlag,
    },
  },
  async func(flags) {
    const { diagnose } = await import('../../features/diagnose.ts')
    const { renderDiagnoses, renderVerdict } = await import('../render/doctor.ts')
    const { locateRecords } = await import('../../features/locate-records.ts')
    const { renderLocations } = await import('../render/locations.ts')
    const found = await diagnose(this.world, { fix: flags.fix === true, remote: flags.remote === true })
    const records = await locateRecords(this.world)
    if (flags.json === true) this.out.json({ schema: 'doctor/v1', ...found, records })
    else {
      this.out.result(`${renderDiagnoses(found, this.out.colors)}\n\n${renderLocations(records)}`)
      this.out.status(renderVerdict(found))
    }
    if (!found.ok) this.process.exitCode = 1
  },
})
