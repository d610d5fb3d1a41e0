import { PLACES, type TensorKernel } from './kernel.ts'
import { ADD_ROUTINES } from './simd/add-routines.ts'
import { assembleModule } from './simd/assemble-module.ts'
import { COMPARE_ROUTINES } from './simd/compare-routines.ts'
import { ROUND_ROUTINES } from './simd/round-routines.ts'

// Node has it, except with --jitless; TypeScript has its types among those of browsers only.
declare const WebAssembly: WebAssemblyApi | undefined

interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: { memory: { buffer: ArrayBuffer } } & Routines }
}

type Routines = Omit<TensorKernel, 'memory'>

/**
 * Makes a kernel of WebAssembly, which works on 128 bits at a time; undefined on a machine, or in a Node, that cannot
 * run it.
 */
export function simdKernel(): TensorKernel | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const module = assembleModule([...ROUND_ROUTINES, ...ADD_ROUTINES, ...COMPARE_ROUTINES], PLACES.end)
  if (!WebAssembly.validate(module)) return undefined
  const { memory, ...routines } = new WebAssembly.Instance(new WebAssembly.Module(module)).exports
  return { memory: memory.buffer, ...routines }
}
