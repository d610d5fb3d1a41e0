/** Bits of one element, by dtype (safetensors 0.7, `safetensors/src/tensor.rs`). */
export const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ...['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'].map(bits(8)),
  ...['I16', 'U16', 'F16', 'BF16'].map(bits(16)),
  ...['I32', 'U32', 'F32'].map(bits(32)),
  ...['I64', 'U64', 'F64', 'C64'].map(bits(64)),
])

function bits(count: number): (dtype: string) => [string, number] {
  return (dtype) => [dtype, count]
}
