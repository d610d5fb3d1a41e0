/** How PyTorch's dtypes are called in safetensors; one that safetensors lacks keeps its own name. */
export const TORCH_DTYPES: ReadonlyMap<string, string> = new Map([
  ['float64', 'F64'],
  ['float32', 'F32'],
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
  ['float8_e4m3fn', 'F8_E4M3'],
  ['float8_e4m3fnuz', 'F8_E4M3FNUZ'],
  ['float8_e5m2', 'F8_E5M2'],
  ['float8_e5m2fnuz', 'F8_E5M2FNUZ'],
  ['float8_e8m0fnu', 'F8_E8M0'],
  ['uint8', 'U8'],
  ['uint16', 'U16'],
  ['uint32', 'U32'],
  ['uint64', 'U64'],
  ['int8', 'I8'],
  ['int16', 'I16'],
  ['int32', 'I32'],
  ['int64', 'I64'],
  ['bool', 'BOOL'],
  ['complex64', 'C64'],
  ...[
    'float4_e2m1fn_x2',
    'complex32',
    'complex128',
    'bcomplex32',
    'quint8',
    'qint8',
    'qint32',
    'quint4x2',
    'quint2x4',
    'bits1x8',
    'bits2x4',
    'bits4x2',
    'bits8',
    'bits16',
    ...[1, 2, 3, 4, 5, 6, 7].flatMap((bits) => [`int${bits}`, `uint${bits}`]),
  ].map((name): [string, string] => [name, name]),
])

/** The dtypes of typed storages, by class (torch/__init__.py). `UNTYPED` is bare bytes. */
export const STORAGE_DTYPES: ReadonlyMap<string, string> = new Map([
  ['DoubleStorage', 'F64'],
  ['FloatStorage', 'F32'],
  ['HalfStorage', 'F16'],
  ['BFloat16Storage', 'BF16'],
  ['LongStorage', 'I64'],
  ['IntStorage', 'I32'],
  ['ShortStorage', 'I16'],
  ['CharStorage', 'I8'],
  ['ByteStorage', 'U8'],
  ['BoolStorage', 'BOOL'],
  ['ComplexFloatStorage', 'C64'],
  ['ComplexDoubleStorage', 'complex128'],
  ['QUInt8Storage', 'quint8'],
  ['QInt8Storage', 'qint8'],
  ['QInt32Storage', 'qint32'],
  ['QUInt4x2Storage', 'quint4x2'],
  ['QUInt2x4Storage', 'quint2x4'],
  ['UntypedStorage', 'UNTYPED'],
])

const SIZES: ReadonlyMap<string, number> = new Map([
  ...['F64', 'I64', 'U64', 'C64', 'complex128'].map((name): [string, number] => [name, 8]),
  ...['F32', 'I32', 'U32', 'qint32', 'complex32', 'bcomplex32'].map((name): [string, number] => [name, 4]),
  ...['F16', 'BF16', 'I16', 'U16', 'bits16'].map((name): [string, number] => [name, 2]),
  ['complex128', 16],
])

/** Returns how many bytes one element takes. All that is smaller than a byte is packed into one. */
export function torchItemSize(dtype: string): number {
  return SIZES.get(dtype) ?? 1
}
