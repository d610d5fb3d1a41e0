import { bytesSource, withFile, type ByteSource } from './byte-source.ts'
import { isSortedTable } from './read-sorted-table.ts'
import type { WeightFormat } from './weight-format.ts'
import { zipMembers } from './zip-members.ts'

/**
 * Tells the format of weights by their content. The name is asked only for what has no mark of its own
 * (Flax, and pickles of protocol 0 and 1).
 *
 * @param content - the bytes, or the path of a file. The first part of a file is enough for most formats.
 * @param name - the file's name, where `content` is not its path.
 */
export function classify(content: Uint8Array | string, name?: string): WeightFormat {
  if (typeof content !== 'string') return classifySource(bytesSource(content), name ?? '')
  return withFile(content, (source) => classifySource(source, name ?? content))
}

/** As {@link classify}, from any source. */
export function classifySource(source: ByteSource, name: string): WeightFormat {
  const head = source.read(0, HEAD)
  const known = MARKS.find(({ matches }) => matches(head))
  if (known !== undefined) return known.format
  if (startsWith(head, 'PK\u0003\u0004') || startsWith(head, 'PK\u0005\u0006'))
    return classifyZip(zipMembers(source))
  if (startsWith(head, '\u0093NUMPY')) return classifyNpy(head)
  if (isSortedTable(source)) return 'tensorflow-index'
  if (isSavedModel(head)) return 'savedmodel'
  if (isOnnx(head)) return 'onnx'
  return classifyByName(source, head, name.toLowerCase())
}

const HEAD = 4096

// Protocol 2, LONG1 of 10 bytes: 0x1950A86A20F9469CFC6C (torch/serialization.py, MAGIC_NUMBER).
const TORCH_MAGIC = '\u008a\u000a\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019'

const MARKS: readonly { format: WeightFormat; matches: (head: Buffer) => boolean }[] = [
  { format: 'gguf', matches: (head) => startsWith(head, 'GGUF') },
  { format: 'hdf5', matches: (head) => startsWith(head, '\u0089HDF\r\n\u001a\n') },
  { format: 'tflite', matches: (head) => head.toString('latin1', 4, 8) === 'TFL3' },
  { format: 'safetensors', matches: isSafetensors },
  {
    format: 'pytorch-legacy',
    matches: (head) => isPickle(head) && head.toString('latin1', 2, 14) === TORCH_MAGIC,
  },
  { format: 'pickle', matches: isPickle },
  { format: 'tar', matches: (head) => head.toString('latin1', 257, 262) === 'ustar' },
]

function startsWith(head: Buffer, mark: string): boolean {
  return head.toString('latin1', 0, mark.length) === mark
}

// u64 LE header length, then JSON.
function isSafetensors(head: Buffer): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false
  const length = head.readBigUInt64LE(0)
  return length >= 2n && length <= 100_000_000n && /^\{\s*["}]/.test(head.toString('latin1', 8, 64))
}

// Opcodes that can follow PROTO 2 to 5 at the beginning of a pickle.
const FIRST_OPCODES = new Set(
  Buffer.from('\u0095\u008a\u008bc(}])lNKMJGXUVISFLBC\u0088\u0089\u008c\u008d\u008e\u008f\u0096', 'latin1'),
)

function isPickle(head: Buffer): boolean {
  return head.length > 3 && head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && FIRST_OPCODES.has(head[2]!)
}

function classifyZip(members: readonly string[]): WeightFormat {
  const has = (pattern: RegExp): boolean => members.some((member) => pattern.test(member))
  if (has(/(^|\/)constants\.pkl$/) || has(/^[^/]+\/code\//)) return 'torchscript'
  if (has(/(^|\/)data\.pkl$/)) return 'pytorch'
  if (has(/^MAR-INF\//)) return 'torch-archive'
  if (has(/^model\.weights\.h5$/) || (has(/^config\.json$/) && has(/^metadata\.json$/))) return 'keras'
  if (members.length > 0 && members.every((member) => member.endsWith('.npy'))) return 'npz'
  return 'zip'
}

function classifyNpy(head: Buffer): WeightFormat {
  return /'descr':\s*(?:'[|<>=]?O|\[.*'[|<>=]?O)/s.test(head.toString('latin1')) ? 'npy-object' : 'npy'
}

// saved_model_schema_version 1, then a meta graph whose first field is its description; an ONNX model of version 1 would
// have its producer's name there.
function isSavedModel(head: Buffer): boolean {
  return /^\x08\x01\x12[\x80-\xff]{1,4}[\x00-\x7f]\x0a/.test(head.toString('latin1', 0, 16))
}

// ModelProto: field 1 ir_version, then producer_name (2), graph (7), opset_import (8) or functions (25).
function isOnnx(head: Buffer): boolean {
  return (
    head.length > 8 &&
    head[0] === 0x08 &&
    head[1]! > 0 &&
    head[1]! < 32 &&
    [0x12, 0x1a, 0x3a, 0x42].includes(head[2]!)
  )
}

function classifyByName(source: ByteSource, head: Buffer, name: string): WeightFormat {
  const first = head[0] ?? 0
  const isMap = (first >= 0x81 && first <= 0x8f) || first === 0xde || first === 0xdf
  if (name.endsWith('.msgpack') && isMap) return 'flax'
  if (!/\.(?:pkl|pickle|joblib|dill|pt|pth|bin|ckpt)$/.test(name)) return 'unknown'
  const last = source.size === 0 ? 0 : source.read(source.size - 1, 1)[0]
  return /[(c\]}lINFLSV]/.test(String.fromCharCode(first)) && last === 0x2e ? 'pickle' : 'unknown'
}
