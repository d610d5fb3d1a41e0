import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classify } from '../../src/weights/classify.ts'
import { looksBinary } from '../../src/weights/looks-binary.ts'
import { safetensorsFile } from './safetensors-file.ts'
import { zipFile } from './zip-file.ts'

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  )

test.each<[string, Buffer, string?]>([
  ['safetensors', safetensorsFile({ a: { dtype: 'F32', shape: [1], bytes: 4 } })],
  ['pytorch', zipFile('archive/data.pkl', 'archive/data/0', 'archive/version')],
  ['torchscript', zipFile('m/data.pkl', 'm/code/__torch__.py', 'm/constants.pkl')],
  ['torch-archive', zipFile('MAR-INF/MANIFEST.json', 'model.pt')],
  ['keras', zipFile('metadata.json', 'config.json', 'model.weights.h5')],
  ['npz', zipFile('a.npy', 'b.npy')],
  ['zip', zipFile('readme.txt')],
  ['zip', zipFile('readme.txt', 'sneaky.pkl')],
  [
    'pytorch-legacy',
    bytes([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19], '.'),
  ],
  ['pickle', bytes([0x80, 4, 0x95], '\0\0\0\0\0\0\0\0}.')],
  ['pickle', bytes([0x80, 2], '}q\0.')],
  ['pickle', bytes("(dp0\nS'a'\np1\nI1\ns."), 'old.pkl'],
  ['unknown', bytes('(a remark in a text file.'), 'remark.txt'],
  ['npy', bytes([0x93], "NUMPY\u0001\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }")],
  ['npy-object', bytes([0x93], "NUMPY\u0001\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (3,), }")],
  ['hdf5', bytes([0x89], 'HDF\r\n\u001a\n\0\0\0\0')],
  ['onnx', bytes([0x08, 0x08, 0x12, 0x07], 'pytorch', [0x1a, 0x05], '2.0.0:')],
  ['gguf', bytes('GGUF', [3, 0, 0, 0])],
  ['tflite', bytes([0x1c, 0, 0, 0], 'TFL3', [0, 0])],
  ['flax', bytes([0x81, 0xa6], 'params', [0x80]), 'flax_model.msgpack'],
  ['unknown', bytes([0x81, 0xa6], 'params', [0x80]), 'data.bin'],
  ['tar', bytes('a.txt'.padEnd(257, '\0'), 'ustar\0')],
  ['unknown', Buffer.alloc(0)],
  ['unknown', bytes('import torch\n')],
])('%s is told by content', (format, content, name) => {
  expect(classify(content, name ?? 'named.otherwise')).toBe(format)
})

test('the ending is not believed', () => {
  expect(classify(bytes([0x80, 4, 0x95], '\0\0\0\0\0\0\0\0}.'), 'weights.safetensors')).toBe('pickle')
  expect(classify(safetensorsFile({}), 'weights.pkl')).toBe('safetensors')
})

test('any bytes are classified without an error', () => {
  const start = fc.constantFrom('', 'PK\u0003\u0004', 'PK\u0005\u0006', '\u0093NUMPY', '\u0080\u0004', 'GGUF')
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (mark, rest) => {
      expect(typeof classify(Buffer.concat([Buffer.from(mark, 'latin1'), rest]), 'a.pkl')).toBe('string')
    }),
    { numRuns: 2000 },
  )
})

test('a binary is told by its content', () => {
  expect(looksBinary(Buffer.from('a,b\n1,2\n'))).toBe(false)
  expect(looksBinary(Buffer.from('ünïcode text\n'))).toBe(false)
  expect(looksBinary(Buffer.from('a\0b'))).toBe(true)
  expect(looksBinary(bytes([0x1f, 0x8b, 8, 1, 1, 1]))).toBe(true)
})
