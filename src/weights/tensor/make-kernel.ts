import type { TensorKernel } from './kernel.ts'
import { plainKernel } from './plain-kernel.ts'

/** Makes the fastest kernel that this machine can run. */
export function makeKernel(): TensorKernel {
  return plainKernel()
}
