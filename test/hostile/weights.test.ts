import { describe, expect, it } from 'vitest'
import { bytesSource, type ByteSource } from '../../src/weights/byte-source.ts'
import { checkWeights } from '../../src/weights/check/check-weights.ts'
import { readerFailures } from '../../src/weights/reader-failure.ts'
import { viewSource } from '../../src/weights/view-source.ts'
import { bytesField, numberField } from './weights-wire.ts'

function view(bytes: Uint8Array, name: string): ReturnType<typeof viewSource> {
  return viewSource(bytesSource(bytes), name)
}

function check(bytes: Uint8Array, name: string): ReturnType<typeof checkWeights> {
  return checkWeights(bytesSource(bytes), name)
}

describe('numbers that count nothing', () => {
  it.each(['0.5', 'Infinity', '1e400', '-1', 'NaN'])('as the length of external data: %s', (length) => {
    for (const dtype of [1, 8]) {
      const onnx = externalOnnx(dtype, '0', length)
      expect(() => view(onnx, 'm.onnx')).toThrow(/external data of tensor "w" is none/)
      expect(check(onnx, 'm.onnx')).toMatchObject({ verdict: 'unreadable' })
    }
  })

  it.each(['<f4', '<V0'])('as the shape of a field of %s', (type) => {
    const sizes = Array.from({ length: 64 }, () => '999999999999999').join(',')
    for (const shape of ['(0,)', '()']) {
      const npy = npyOf(`{'descr': [('a','${type}',(${sizes}))], 'fortran_order': False, 'shape': ${shape}}`)
      expect(() => view(npy, 'a.npy')).toThrow(/is not a valid NumPy array/)
      expect(check(npy, 'a.npy')).toMatchObject({ verdict: 'unreadable' })
    }
  })
})

describe('a reader that did not expect what a file holds', () => {
  // Formats are told by the first 4096 bytes; a reader asks for more.
  const onnx = externalOnnx(1, '0', '4')
  const odd: ByteSource = {
    size: onnx.length,
    read: (offset, length) => {
      if (length > 4096) throw new RangeError('odd')
      return onnx.subarray(offset, offset + length)
    },
  }

  it('is named, and stops nothing', () => {
    readerFailures.areThrown = false
    try {
      expect(() => viewSource(odd, 'm.onnx')).toThrow(
        '"m.onnx" cannot be read: the reader of onnx fails at it (odd)',
      )
      expect(checkWeights(odd, 'm.onnx')).toMatchObject({
        verdict: 'unreadable',
        reason: 'the reader of onnx fails at it (odd)',
      })
    } finally {
      readerFailures.areThrown = true
    }
  })

  it('is seen by tests as what it is', () => {
    expect(() => viewSource(odd, 'm.onnx')).toThrow(RangeError)
    expect(() => checkWeights(odd, 'm.onnx')).toThrow(RangeError)
  })
})

function externalOnnx(dtype: number, offset: string, length: string): Buffer {
  const entry = (key: string, value: string): Buffer =>
    bytesField(13, bytesField(1, key), bytesField(2, value))
  const tensor = bytesField(
    5,
    numberField(1, 1),
    numberField(2, dtype),
    bytesField(8, 'w'),
    entry('location', 'x.data'),
    entry('offset', offset),
    entry('length', length),
    numberField(14, 1),
  )
  const opset = bytesField(8, bytesField(1, ''), numberField(2, 17))
  return Buffer.concat([numberField(1, 8), bytesField(2, 'p'), bytesField(7, tensor), opset])
}

function npyOf(header: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16LE(header.length)
  return Buffer.concat([Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1'), length, Buffer.from(header)])
}
