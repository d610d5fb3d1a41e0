import { describe, expect, it } from 'vitest'
import { bytesSource, type ByteSource } from '../../src/weights/byte-source.ts'
import { checkWeights } from '../../src/weights/check/check-weights.ts'
import { FlatTable } from '../../src/weights/flat-table.ts'
import { readHdf5 } from '../../src/weights/hdf5/read-hdf5.ts'
import { readSortedTable } from '../../src/weights/read-sorted-table.ts'
import { readerFailures } from '../../src/weights/reader-failure.ts'
import { listTensors } from '../../src/weights/pickle/list-tensors.ts'
import { runPickle } from '../../src/weights/pickle/run-pickle.ts'
import { TensorNames } from '../../src/weights/tensor-names.ts'
import { viewSource } from '../../src/weights/view-source.ts'
import { openMember } from '../../src/weights/zip/read-member.ts'
import { unpackBudget } from '../../src/weights/zip/unpack-budget.ts'
import { openZip } from '../../src/weights/zip/zip-archive.ts'
import { zipOf } from '../weights/zip-file.ts'
import { emptyDataset, heapText, Hdf5File, link } from './hdf5-file.ts'
import { bytesField, numberField, varint } from './weights-wire.ts'

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

describe('an HDF5 file whose parts name each other', () => {
  it('in a tree of groups that has one node in many places', () => {
    const file = new Hdf5File()
    const heap = file.heap('a')
    let node = file.symbols([])
    for (let level = 0; level < 10; level += 1)
      node = file.tree(
        level,
        Array.from({ length: 20 }, () => node),
      )
    expect(() => readHdf5(file.source(file.group(node, heap)))).toThrow(/is in a tree twice/)
  })

  it('in a tree of groups whose levels do not descend', () => {
    const file = new Hdf5File()
    const heap = file.heap('a')
    const leaf = file.tree(1, [file.tree(1, [file.symbols([])])])
    expect(() => readHdf5(file.source(file.group(leaf, heap)))).toThrow(/is of the level 1/)
  })

  it('in many groups that have one tree', () => {
    const file = new Hdf5File()
    const empty = file.object()
    const tree = file.tree(0, [file.symbols(Array.from({ length: 1000 }, () => [0, empty]))])
    const heap = file.heap('a')
    const groups = Array.from({ length: 20 }, () => file.group(tree, heap))
    const root = file.object(...groups.map((group, index) => link(`g${index}`, group)))
    expect(() => readHdf5(file.source(root), 100_000)).toThrow(/too often/)
  })

  it('in links to one object of many messages', () => {
    const file = new Hdf5File()
    const large = file.object(...Array.from({ length: 5000 }, () => Buffer.alloc(4)))
    const root = file.object(...Array.from({ length: 50 }, (_, index) => link(`a${index}`, large)))
    expect(readHdf5(file.source(root)).tensors).toEqual([])
    // Read 50 times it has a million bytes, and a quarter of a million messages.
    expect(() => readHdf5(file.source(root), 5_000_000)).toThrow(/too often/)
  })

  it('in texts of one heap, which is read once', () => {
    const file = new Hdf5File()
    const heap = file.globalHeap('text', 10_000)
    const texts = Array.from({ length: 500 }, (_, index) => heapText(`k${index}`, heap, 4))
    const root = file.object(...texts, link('x', 0))
    expect(() => readHdf5(file.source(file.object(...texts)), 400_000)).not.toThrow()
    expect(readHdf5(file.source(file.object(...texts)), 400_000).texts.get('k7')).toBe('text')
    expect(() => readHdf5(file.source(root), 1000)).toThrow(/too often/)
  })

  it('in one long text that many attributes have', () => {
    const file = new Hdf5File()
    const heap = file.globalHeap('t'.repeat(60_000), 0)
    const texts = Array.from({ length: 500 }, (_, index) => heapText(`k${index}`, heap, 60_000))
    expect(() => readHdf5(file.source(file.object(...texts)), 1_000_000)).toThrow(/too often/)
  })
})

describe('names that share long beginnings', () => {
  it('of an HDF5 file', () => {
    const file = new Hdf5File()
    const dataset = file.object(...emptyDataset())
    let group = file.object(...Array.from({ length: 30 }, (_, index) => link(`d${index}`, dataset)))
    for (let depth = 0; depth < 3; depth += 1) group = file.object(link('n'.repeat(1500), group))
    expect(() => readHdf5(file.source(group))).toThrow(/more than 4096 characters/)
  })

  it('of a Flax file', () => {
    const map = (key: string): Buffer =>
      Buffer.concat([Buffer.from([0x81, 0xda, key.length >> 8, key.length & 0xff]), Buffer.from(key)])
    const array = Buffer.from(
      '\u00c7\u0011\u0001\u0093\u0091\u0001\u00a7float32\u00c4\u0004\0\0\0\0',
      'latin1',
    )
    const maps = Array.from({ length: 3 }, () => map('k'.repeat(1500)))
    expect(view(Buffer.concat([...maps, Buffer.from([0x90])]), 'm.msgpack').tensors).toEqual([])
    const file = Buffer.concat([...maps, array])
    expect(() => view(file, 'm.msgpack')).toThrow(/more than 4096 characters/)
  })

  it('of a pickle', () => {
    const keys = Array.from({ length: 3 }, () => `}${textOpcode('k'.repeat(1500))}`).join('')
    expect(pickleView(`${keys}${TENSOR}sss.`)).toMatchObject({ isListed: false, tensors: [] })
  })

  it('are counted together', () => {
    const names = new TensorNames('/', (why) => new Error(why), 10)
    expect(names.keep(names.join(names.join('', 'a'), 'b'))).toBe('a/b')
    names.keep('1234567')
    expect(() => names.keep('x')).toThrow(/too long together/)
  })
})

describe('a pickle that names one thing many times', () => {
  it('makes no more of a list of pairs than it may hold', () => {
    const pairs = `]q\u0001(${'h\u0002'.repeat(2000)}e0`
    const pair = 'K\u0001K\u0002\u0086q\u00020'
    const calls = `h\u0000h\u0003R0`.repeat(300)
    const pickle = `ccollections\nOrderedDict\nq\u00000${pair}${pairs}h\u0001\u0085q\u00030${calls}N.`
    expect(runPickle(bytesSource(pickleBytes(pickle)))).toMatchObject({ root: undefined, isTooMuch: true })
  })

  it('walks over no more than some times its bytes', () => {
    const twice = Array.from(
      { length: 40 },
      (_, at) => `(h${String.fromCharCode(at)}h${String.fromCharCode(at)}lq${String.fromCharCode(at + 1)}`,
    )
    const reading = runPickle(bytesSource(pickleBytes(`${TENSOR}q\u0000${twice.join('')}.`)))
    expect(listTensors(reading)).toEqual({
      tensors: [],
      tooMuch: expect.stringMatching(/^it names more than 10\d{4} values$/) as string,
    })
  })

  it('says that its tensors are not listed, rather than some of them', () => {
    const list = `(${'NN'.repeat(500)}${textOpcode('a')}${TENSOR}d`
    const reading = runPickle(bytesSource(pickleBytes(`${list}q\u00010](${'h\u0001'.repeat(20)}e.`)))
    expect(listTensors(reading).tensors).toHaveLength(20)
    expect(listTensors(reading, 10_000)).toEqual({ tensors: [], tooMuch: 'it names more than 10000 values' })
  })
})

describe('a text that is said once and read many times', () => {
  it('in tables of a FlatBuffer', () => {
    // A root whose field 0 is a list that names one table many times; that table's field 0 is a text.
    const count = 100
    const file = Buffer.alloc(1000)
    const listAt = 24
    const tableAt = 504
    file.writeUInt32LE(12, 0)
    file.set([6, 0, 8, 0, 4, 0], 4)
    file.writeInt32LE(8, 12)
    file.writeUInt32LE(listAt - 16, 16)
    file.writeUInt32LE(count, listAt)
    for (let index = 0; index < count; index += 1) {
      const place = listAt + 4 + 4 * index
      file.writeUInt32LE(tableAt - place, place)
    }
    file.writeInt32LE(tableAt - 4, tableAt)
    file.writeUInt32LE(8, tableAt + 4)
    file.writeUInt32LE(50, tableAt + 12)
    file.fill('n', tableAt + 16, tableAt + 66)
    const texts = (budget?: number): unknown[] =>
      FlatTable.root(bytesSource(file), budget === undefined ? {} : { texts: budget })
        .tables(0)
        .map((table) => table.text(0))
    expect(texts()).toEqual(Array.from({ length: count }, () => 'n'.repeat(50)))
    expect(() => texts(1000)).toThrow(/too much text/)
  })

  it('in keys of a sorted table', () => {
    const table = sortedTable('k'.repeat(1000), 50)
    expect(readSortedTable(table).size).toBe(51)
    expect(() => readSortedTable(table, 20_000)).toThrow(/too long together/)
    expect(() => readSortedTable(sortedTable('k'.repeat(70_000), 1))).toThrow(/has 70000 bytes/)
  })

  it('in a block of a sorted table that is named many times', () => {
    expect(() => readSortedTable(sortedTable('k', 0, 20))).toThrow(/more than it has bytes/)
  })
})

describe('an archive of much that is packed', () => {
  const packed = zipOf(['a', 'b', 'c'].map((name) => ({ name, content: Buffer.alloc(3000), packed: true })))

  it('is unpacked up to a total, with the archives in it', () => {
    const source = bytesSource(zipOf([{ name: 'inner.zip', content: packed }]))
    const outer = openZip(source)
    const budget = unpackBudget(source)
    budget.left = 7000
    const inner = openZip(openMember(outer, outer.members[0]!))
    expect(inner.members.slice(0, 2).map((member) => openMember(inner, member).size)).toEqual([3000, 3000])
    expect(() => openMember(inner, inner.members[2]!)).toThrow(/unpacks to more/)
  })

  it('is unreadable beyond it', () => {
    const source = bytesSource(packed)
    unpackBudget(source).left = 7000
    expect(checkWeights(source, 'm.zip')).toMatchObject({
      verdict: 'unreadable',
      reason: 'it unpacks to more than is unpacked of one archive',
    })
  })
})

// A table of one block, whose other keys begin as the first one does, and which the index names so many times.
function sortedTable(first: string, others: number, times = 1): ByteSource {
  const entry = (shared: number, rest: string, value: Buffer): Buffer =>
    Buffer.concat([varint(shared), varint(rest.length), varint(value.length), Buffer.from(rest), value])
  const block = (...entries: readonly Buffer[]): Buffer =>
    Buffer.concat([...entries, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0])])
  const keys = Array.from({ length: others }, (_, index) =>
    entry(first.length, String.fromCharCode(33 + index), Buffer.alloc(0)),
  )
  // Named many times it has no entry, only where to begin anew.
  const content = times === 1 ? block(entry(0, first, Buffer.alloc(0)), ...keys) : emptyBlock()
  const handle = Buffer.concat([varint(0), varint(content.length)])
  const index = block(
    ...Array.from({ length: times }, (_, at) => entry(0, String.fromCharCode(97 + at), handle)),
  )
  const end = Buffer.alloc(5)
  const places = Buffer.concat([varint(0), varint(0), varint(content.length + 5), varint(index.length)])
  const footer = Buffer.concat([
    places,
    Buffer.alloc(40 - places.length),
    Buffer.from('57fb808b247547db', 'hex'),
  ])
  return bytesSource(Buffer.concat([content, end, index, end, footer]))
}

function emptyBlock(): Buffer {
  const block = Buffer.alloc(400)
  block.writeUInt32LE(99, 396)
  return block
}

// Of the opcodes of protocol 2.
const TENSOR = 'ctorch._utils\n_rebuild_meta_tensor_no_storage\n(ctorch\nfloat32\n(K\u0001ttR'

function textOpcode(text: string): string {
  const length = [text.length & 0xff, text.length >> 8, 0, 0]
  return `X${String.fromCharCode(...length)}${text}`
}

function pickleBytes(opcodes: string): Buffer {
  return Buffer.from(`\u0080\u0002${opcodes}`, 'latin1')
}

function pickleView(opcodes: string): ReturnType<typeof viewSource> {
  return view(pickleBytes(opcodes), 'm.pkl')
}

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
