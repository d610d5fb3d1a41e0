import { buildCommand } from '@stricli/core'
import type { Context } from '../../context.ts'
import { jsonFlag } from '../../flags.ts'

/** `git model weights check`: what weights would run when they are loaded. */
export const check = buildCommand<{ json?: boolean }, string[], Context>({
  docs: {
    brief: 'Tell what weights would run when they are loaded',
    fullDescription: [
      'Follows pickles without running them, wherever they are: bare, in PyTorch files, in NumPy and joblib files. The',
      'verdicts: allow-listed (it imports only what tensors need), unknown-imports (it imports other names, which are',
      'listed) and unreadable (it cannot be vouched for). None of them means safe. Keras Lambda layers, custom',
      'operators and file operations are named as well. weights.pickle in .gitmodel.yaml decides: with "deny", a file',
      'that is suspect is refused, and the exit code is 1. Without a path, every file in Git LFS is checked.',
      '',
      'Examples:',
      '  git model weights check',
      '  git model weights check models/ downloads/model.pt',
      '  git model weights check --json main:models/digits.pt',
    ].join('\n'),
  },
  parameters: {
    flags: { json: jsonFlag },
    positional: {
      kind: 'array',
      parameter: {
        parse: String,
        brief: 'A file, folder, model, REVISION:PATH or run',
        placeholder: 'weights',
      },
    },
  },
  async func(flags, ...specs) {
    const { checkWeightFiles } = await import('../../../features/check-weight-files.ts')
    const { renderChecks } = await import('../../render/weights-check.ts')
    const { fetching } = await import('../../render/fetching.ts')
    const files = await checkWeightFiles(this.world, specs, (path, size) =>
      this.out.status(fetching(path, size)),
    )
    const denied = files.filter(({ isDenied }) => isDenied)
    if (denied.length > 0) this.process.exitCode = 1
    if (flags.json === true)
      return this.out.json({ schema: 'weights-check/v1', ok: denied.length === 0, files })
    this.out.result(renderChecks(files, this.out))
    if (denied.length > 0)
      this.out.status('refused by weights.pickle: deny in .gitmodel.yaml; write them as safetensors')
  },
})
