import type { TensorKernel } from './kernel.ts'
import { plainKernel } from './plain-kernel.ts'
import { simdKernel } from './simd-kernel.ts'

/** Makes the fastest kernel that this machine can run. */
export function makeKernel(): TensorKernel {
  return simdKernel() ?? plainKernel()
}
