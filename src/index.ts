/**
 * The library: record a run from JavaScript training code.
 *
 * ```js
 * import { startRun } from 'git-model'
 *
 * const run = await startRun({ name: 'baseline', params: { lr: 0.001 } })
 * for (let step = 0; step < 100; step++) run.log({ loss: trainStep() }, { step })
 * await run.output('models/digits.safetensors')
 * await run.finish()
 * ```
 *
 * Inside `git model run` the same code attaches to the run of the wrapper.
 *
 * @module
 */
export { startRun, type Run, type RunOptions, type FinishOptions } from './library/run.ts'
export { ModelError, type ErrorCode } from './domain/errors.ts'
export type { Scalar } from './domain/scalar.ts'
