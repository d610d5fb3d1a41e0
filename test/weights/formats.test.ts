import fc from 'fast-check'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { isModelError } from '../../src/domain/errors.ts'
import { bytesSource, withFile } from '../../src/weights/byte-source.ts'
import { checkWeights } from '../../src/weights/check/check-weights.ts'
import { openWeights } from '../../src/weights/open-weights.ts'
import { viewSource } from '../../src/weights/view-source.ts'
import type { WeightsView } from '../../src/weights/weights-view.ts'
import { fixture, fixtureNames, fixturePath } from './fixture.ts'

const names = fixtureNames().filter((name) => !/fingerprint|variables\.data|\.onnx_data$/.test(name))

describe('what real libraries wrote', () => {
  test.each(names)('%s', async (name) => {
    if (name === 'onnx/outside.onnx') return
    const { tensors, format, isListed, warnings } = await openWeights(fixturePath(name), { name })
    const lines = tensors.map((tensor) => {
      const { begin, end, file } = tensor
      const from = fixturePath(path.posix.join(path.posix.dirname(name), file ?? path.basename(name)))
      const bytes =
        begin === undefined
          ? 'elsewhere'
          : withFile(from, (source) => source.read(begin, Math.min(end! - begin, 16)).toString('hex'))
      return `${tensor.name} ${tensor.dtype} [${tensor.shape.join(', ')}] ${tensor.bytes ?? '?'} ${bytes}`
    })
    expect({ format, isListed, warnings, tensors: lines }).toMatchSnapshot()
  })

  test('external data outside the folder of a model are refused, and make it suspect', async () => {
    const file = fixturePath('onnx/outside.onnx')
    await expect(openWeights(file)).rejects.toMatchObject({ code: 'weights-invalid' })
    expect(checkWeights(file)).toMatchObject({
      verdict: 'unreadable',
      reason: expect.stringContaining('etc/passwd') as string,
    })
  })

  test('external data that are not here are missed', async () => {
    const { warnings } = await openWeights(fixturePath('onnx/external.onnx'), {
      locate: () => Promise.resolve(undefined),
    })
    expect(warnings).toEqual(['its data in external.onnx_data is not here'])
  })

  test.each<[string, string[]]>([
    ['keras/dense.keras', []],
    ['keras/lambda.keras', ['the Lambda layer "twice"', 'a function that is written out in it']],
    ['keras/dense.h5', []],
    ['keras/lambda.h5', ['the Lambda layer "twice"', 'a function that is written out in it']],
    ['onnx/tiny.onnx', []],
    ['onnx/custom-op.onnx', ['the custom operator com.example.custom.Launch']],
    ['savedmodel/tiny/saved_model.pb', []],
    ['savedmodel/file-ops/saved_model.pb', ['the operation ReadFile', 'the operation WriteFile']],
    ['tflite/tiny.tflite', []],
  ])('%s runs %j', (name, code) => {
    expect(checkWeights(fixturePath(name))).toMatchObject({ verdict: 'no-pickle', code })
  })
})

describe('a lying header', () => {
  const gguf = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(fixture('gguf/tiny.gguf'))
    change(bytes)
    return bytes
  }

  test.each<[string, Buffer, RegExp]>([
    [
      'GGUF with 2^60 tensors',
      gguf((bytes) => bytes.writeBigUInt64LE(2n ** 60n, 8)),
      /says it has 1152921504606846976 tensors/,
    ],
    [
      'GGUF with 2^60 values',
      gguf((bytes) => bytes.writeBigUInt64LE(2n ** 60n, 16)),
      /says it has 1152921504606846976 values/,
    ],
    [
      'GGUF with a key of 2^60 bytes',
      gguf((bytes) => bytes.writeBigUInt64LE(2n ** 60n, 24)),
      /1152921504606846976 is too large/,
    ],
    ['GGUF of version 9', gguf((bytes) => bytes.writeUInt32LE(9, 4)), /version is 9/],
    ['GGUF of the other byte order', gguf((bytes) => bytes.writeUInt32BE(3, 4)), /big-endian/],
    ['GGUF that breaks off', gguf(() => undefined).subarray(0, 1300), /reaches beyond the end/],
    [
      'npy with another shape',
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8),
      /cannot have 8 bytes/,
    ],
    [
      'npy with a shape past all',
      npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'99999999999,'.repeat(9)}), }`, 8),
      /cannot have 8 bytes/,
    ],
    ['npy with code for a header', npy("__import__('os').system('id')", 8), /no Python dict/],
    [
      'npy that says shape twice',
      npy("{'descr': '<f4', 'shape': (2,), 'fortran_order': False, 'shape': (3,), }", 8),
      /no Python dict/,
    ],
    ['Flax with a map of 2^32', Buffer.from('dfffffffff81', 'hex'), /ends inside itself|no text/],
    ['ONNX that breaks off', fixture('onnx/tiny.onnx').subarray(0, 200), /not written completely/],
    [
      'TFLite that breaks off',
      fixture('tflite/tiny.tflite').subarray(0, 400),
      /not written completely|not where it says/,
    ],
    ['HDF5 that breaks off', fixture('hdf5/groups.h5').subarray(0, 6000), /not written completely/],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => viewSource(bytesSource(bytes), 'model.msgpack')).toThrow(message)
  })

  function npy(header: string, bytes: number): Buffer {
    const text = Buffer.from(header)
    const length = Buffer.alloc(2)
    length.writeUInt16LE(text.length)
    return Buffer.concat([Buffer.from('\u0093NUMPY\u0001\0', 'latin1'), length, text, Buffer.alloc(bytes)])
  }
})

describe('whatever is changed in a file', () => {
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc
        .constantFrom('ffffffffffffffff', '0000000000000010', 'ffffff7f', '00000080')
        .map((hex) => Buffer.from(hex, 'hex')),
    ),
    cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3 }),
  })

  test.each(names)('%s is read or refused, in little time', (name) => {
    const original = fixture(name)
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let bytes = Buffer.from(original)
        for (const { at, bytes: replaced, cut } of changes) {
          if (cut !== null) bytes = bytes.subarray(0, Math.floor(cut * bytes.length))
          bytes.set(
            replaced.subarray(0, bytes.length),
            Math.floor(at * Math.max(0, bytes.length - replaced.length)),
          )
        }
        const started = performance.now()
        const view = viewOrRefusal(bytes, name)
        checkWeights(bytesSource(bytes), name)
        expect(performance.now() - started).toBeLessThan(10_000)
        for (const { begin, end, file } of view?.tensors ?? []) {
          if (begin === undefined || file !== undefined) continue
          expect(begin >= 0 && begin <= end! && end! <= bytes.length).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })

  function viewOrRefusal(bytes: Buffer, name: string): WeightsView | undefined {
    try {
      return viewSource(bytesSource(bytes), name)
    } catch (error) {
      if (isModelError(error, 'weights-invalid')) return undefined
      throw error
    }
  }
})
