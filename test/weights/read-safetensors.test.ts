import fc from 'fast-check'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ModelError } from '../../src/domain/errors.ts'
import { bytesSource } from '../../src/weights/byte-source.ts'
import { describeWeights } from '../../src/weights/describe-weights.ts'
import { parseSafetensors } from '../../src/weights/read-safetensors.ts'
import { temporaryFolder } from '../support/repo.ts'
import { safetensorsFile, withHeader, type TestTensor } from './safetensors-file.ts'

const read = (bytes: Uint8Array) => parseSafetensors(bytesSource(bytes), 'model.safetensors')
const good = {
  'layer.weight': { dtype: 'F32', shape: [2, 3], bytes: 24 },
  'layer.bias': { dtype: 'BF16', shape: [3], bytes: 6 },
  step: { dtype: 'I64', shape: [], bytes: 8 },
}

describe('a valid file', () => {
  test('is read with tensors in the order of their data', () => {
    const header = read(safetensorsFile(good, { metadata: { format: 'pt' } }))
    expect(
      header.tensors.map(({ name, dtype, shape, begin, end }) => [name, dtype, shape, begin, end]),
    ).toEqual([
      ['layer.weight', 'F32', [2, 3], 0, 24],
      ['layer.bias', 'BF16', [3], 24, 30],
      ['step', 'I64', [], 30, 38],
    ])
    expect(header.metadata).toEqual({ format: 'pt' })
    expect(header.warnings).toEqual([])
  })

  test('is described with parameters by dtype', async () => {
    const file = path.join(temporaryFolder(), 'm.safetensors')
    writeFileSync(file, safetensorsFile(good))
    expect(await describeWeights(file)).toEqual({
      format: 'safetensors',
      size: safetensorsFile(good).length,
      tensors: 3,
      parameters: { BF16: 3, F32: 6, I64: 1 },
      metadata: {},
    })
  })

  test('may have no tensor, an empty tensor, and blanks after its header', () => {
    expect(read(withHeader('{}   ', 0)).tensors).toEqual([])
    expect(
      read(safetensorsFile({ none: { dtype: 'F32', shape: [0, 4], bytes: 0 }, ...good })).tensors,
    ).toHaveLength(4)
  })

  test('may have a dtype of the future, which is a warning', () => {
    const { warnings } = read(safetensorsFile({ a: { dtype: 'F1', shape: [3], bytes: 5 } }))
    expect(warnings).toEqual(['the dtype "F1" is not known; its sizes were not checked'])
  })

  test('may pack four bits', () => {
    expect(read(safetensorsFile({ a: { dtype: 'F4', shape: [3, 2], bytes: 3 } })).tensors).toHaveLength(1)
    expect(() => read(safetensorsFile({ a: { dtype: 'F4', shape: [3], bytes: 2 } }))).toThrow(
      /cannot have 2 bytes/,
    )
  })
})

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', Buffer.alloc(0), /only 0 bytes/],
  ['a header that is too long', Buffer.from('ffffffffffffff7f7b', 'hex'), /would be \d+ bytes long/],
  ['a file that ends in its header', safetensorsFile(good).subarray(0, 40), /ends inside its header/],
  ['a file that ends in its data', safetensorsFile(good).subarray(0, -1), /1 bytes are missing/],
  ['bytes after its data', safetensorsFile(good, { rest: 5 }), /5 bytes at its end belong to no tensor/],
  ['no object', withHeader('[1]', 0), /does not begin with "\{"/],
  ['no JSON', withHeader('{"a":', 0), /not JSON/],
  [
    'no UTF-8',
    Buffer.concat([Buffer.from('0400000000000000', 'hex'), Buffer.from([0x7b, 0xff, 0xfe, 0x7d])]),
    /not UTF-8/,
  ],
  [
    'metadata that is no text',
    safetensorsFile(good, { metadata: { epoch: 3 } }),
    /not a map from text to text/,
  ],
  ['a tensor without a dtype', withHeader('{"a":{"shape":[],"data_offsets":[0,0]}}', 0), /no dtype/],
  [
    'a negative size',
    withHeader('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}', 0),
    /no valid shape/,
  ],
  [
    'a fraction',
    withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4.5]}}', 4),
    /no valid data_offsets/,
  ],
  [
    'offsets that run backwards',
    withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 4),
    /ends before/,
  ],
  [
    'a shape that overflows',
    withHeader('{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}', 0),
    /cannot have 0 bytes/,
  ],
  ['a hole', withHeader('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', 2), /leaves a hole/],
  [
    'an overlap',
    withHeader(
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      3,
    ),
    /overlaps/,
  ],
])('%s is refused', (_, bytes, message) => {
  expect(() => read(bytes)).toThrow(message)
  expect(() => read(bytes)).toThrow(ModelError)
})

const tensor: fc.Arbitrary<TestTensor> = fc
  .tuple(
    fc.constantFrom<[string, number]>(['F32', 4], ['BF16', 2], ['I64', 8], ['U8', 1]),
    fc.array(fc.nat(5), { maxLength: 3 }),
  )
  .map(([[dtype, width], shape]) => ({
    dtype,
    shape,
    bytes: shape.reduce((product, size) => product * size, 1) * width,
  }))

test('what is written is what is read', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__'),
        tensor,
      ),
      (tensors) => {
        const { tensors: found } = read(safetensorsFile(tensors))
        expect(new Map(found.map(({ name, dtype, shape }) => [name, `${dtype} ${shape.join('x')}`]))).toEqual(
          new Map(
            Object.entries(tensors).map(([name, { dtype, shape }]) => [name, `${dtype} ${shape.join('x')}`]),
          ),
        )
      },
    ),
  )
})

test('damaged files give an error with a code, never anything else', () => {
  const file = safetensorsFile(good, { metadata: { format: 'pt' } })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(40),
      (changes, cut) => {
        const damaged = Buffer.from(file.subarray(0, file.length - cut))
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value
        readOrModelError(damaged)
      },
    ),
    { numRuns: 2000 },
  )
})

test('any JSON as a header gives an error with a code, never anything else', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(64), (text, size) => readOrModelError(withHeader(text, size))),
    { numRuns: 1000 },
  )
})

function readOrModelError(bytes: Uint8Array): void {
  try {
    read(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError)
    expect((error as ModelError).code).toBe('weights-invalid')
  }
}
