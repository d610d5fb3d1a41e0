import fc from 'fast-check'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '../../src/weights/byte-source.ts'
import { checkWeights } from '../../src/weights/check/check-weights.ts'
import type { Verdict, WeightsCheck } from '../../src/weights/check/weights-check.ts'
import { fixture, fixtureNames, fixturePath } from './fixture.ts'
import { zipOf, type TestMember } from './zip-file.ts'

const check = (bytes: Uint8Array, name = 'model.pt'): WeightsCheck => checkWeights(bytesSource(bytes), name)
const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

describe('files that real libraries wrote', () => {
  test.each<[string, Verdict, string[]]>([
    ['torch/state-dict.pt', 'allow-listed', []],
    ['torch/checkpoint.pt', 'allow-listed', []],
    ['torch/legacy.pt', 'allow-listed', []],
    ['torch-sharded/pytorch_model-00001-of-00002.bin', 'allow-listed', []],
    ['torch/exotic.pt', 'unknown-imports', ['torch.per_tensor_affine', 'torch.serialization._get_layout']],
    ['torch/module.pt', 'unknown-imports', ['torch.nn.modules.linear.Linear']],
    [
      'torch/torchscript.pt',
      'unreadable',
      ['__torch__.torch.nn.modules.linear.Linear', 'torch.jit._pickle.build_intlist'],
    ],
    ['pickle/simple.pkl', 'allow-listed', []],
    ['pickle/compressed.joblib', 'unknown-imports', ['joblib.numpy_pickle.NumpyArrayWrapper']],
    [
      'pickle/function.dill',
      'unknown-imports',
      ['builtins.__main__', 'dill._dill._create_code', 'dill._dill._create_function'],
    ],
    ['pickle/keywords.pkl', 'unknown-imports', ['__main__.Point']],
    ['pickle/out-of-band.pkl', 'allow-listed', []],
    ['pickle/structured.pkl', 'unknown-imports', ['numpy._core.multiarray._reconstruct', 'numpy.dtype']],
    ['numpy/object.npz', 'allow-listed', []],
    ['pickle/estimator.pkl', 'unknown-imports', ['sklearn.linear_model._logistic.LogisticRegression']],
    [
      'pickle/estimator.joblib',
      'unknown-imports',
      ['joblib.numpy_pickle.NumpyArrayWrapper', 'sklearn.linear_model._logistic.LogisticRegression'],
    ],
    ['pickle/objects.joblib', 'unknown-imports', ['joblib.numpy_pickle.NumpyArrayWrapper']],
    ['pickle/command.joblib', 'unknown-imports', ['joblib.numpy_pickle.NumpyArrayWrapper', 'posix.system']],
    ['numpy/plain.npz', 'no-pickle', []],
    ['safetensors/mixed.safetensors', 'no-pickle', []],
  ])('%s: %s', (name, verdict, imports) => {
    expect(checkWeights(fixturePath(name))).toMatchObject({ verdict, imports })
  })

  test.each([0, 1, 2, 3, 4, 5])('protocol %d is judged by what it imports', (protocol) => {
    const command = checkWeights(fixturePath(`pickle/command-${protocol}.pkl`))
    expect(command).toMatchObject({ verdict: 'unknown-imports', imports: ['posix.system'] })
    expect(command.reason).toBeUndefined()
    for (const name of ['plain', 'values', 'arrays'])
      expect(checkWeights(fixturePath(`pickle/${name}-${protocol}.pkl`))).toMatchObject({
        verdict: 'allow-listed',
        imports: [],
      })
  })
})

// What `os.system('id')` pickles to, by protocol (posix.system on Linux).
const EVIL: Readonly<Record<string, Buffer>> = {
  'protocol 0': latin("cposix\nsystem\np0\n(S'id'\np1\ntp2\nRp3\n."),
  'protocol 2': latin('\x80\x02cposix\nsystem\nq\x00X\x02\x00\x00\x00idq\x01\x85q\x02Rq\x03.'),
  'protocol 4': latin(
    '\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.',
  ),
  'INST of protocol 0': latin("(S'id'\niposix\nsystem\n."),
}
const evil = EVIL['protocol 2']!
const header = latin("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")
const objectArray = (pickle: Buffer): Buffer =>
  Buffer.concat([latin('\x93NUMPY\x01\0'), Buffer.from([header.length, 0]), header, pickle])

describe('a pickle that runs a command', () => {
  test.each<[string, string]>([
    ['escapes of a string', String.raw`S'\x70o\163ix'` + "\nS'system'\n\x93(S'id'\ntR."],
    ['escapes of a text', String.raw`V\u0070osi\U00000078` + '\nVsystem\n\x93(Vid\ntR.'],
    ['a list that is made at once', '(\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85Rl.'],
    ['keywords', '\x8c\x05posix\x8c\x06system\x93)}\x8c\x01x\x8c\x02ids\x92.'],
    ['INST and OBJ', '((cposix\nsystem\nVid\nol.'],
    ['what was put under a number', "S'system'\np3\n0S'posix'\ng3\n\x93S'id'\n\x85R."],
  ])('is named through %s', (_, text) => {
    const found = check(latin(`\x80\x04${text}`))
    expect(found).toMatchObject({ verdict: 'unknown-imports', imports: ['posix.system'] })
    expect(found.reason).toBeUndefined()
  })

  test.each(Object.entries(EVIL))('is named: %s', (_, bytes) => {
    for (const name of ['model.pkl', 'weights.safetensors', 'notes.txt']) {
      const found = check(bytes, name)
      expect(found.imports).toEqual(['posix.system'])
      expect(['unknown-imports', 'unreadable']).toContain(found.verdict)
    }
  })

  test.each<[string, Buffer]>([
    ['a PyTorch archive', zipOf([{ name: 'm/data.pkl', content: evil }])],
    [
      'another member of one',
      zipOf([
        { name: 'm/data.pkl', content: latin('\x80\x02}.') },
        { name: 'm/data/0', content: evil },
      ]),
    ],
    ['a packed member', zipOf([{ name: 'a.npy', content: objectArray(evil), packed: true }])],
    ['an archive in an archive', zipOf([{ name: 'x', content: zipOf([{ name: 'y', content: evil }]) }])],
    ['an array of objects', objectArray(evil)],
    [
      'a Keras file',
      zipOf([
        ...['metadata.json', 'config.json'].map((name) => ({ name, content: '{}' })),
        { name: 'assets/x', content: evil },
      ]),
    ],
    ['a packed joblib file', gzipSync(evil)],
    ['a file that ends in a mess', Buffer.concat([evil, latin('junk')])],
    ['a file that breaks off', evil.subarray(0, -1)],
  ])('is found in %s', (_, bytes) => {
    const found = check(bytes, 'model.joblib')
    expect(found.imports).toEqual(['posix.system'])
    expect(found.verdict).not.toBe('allow-listed')
  })
})

// Each of these ran its command when the library that its name speaks of loaded it.
describe('a pickle in the guise of something else', () => {
  const old = latin("cposix\nsystem\n(S'id'\ntR")
  const stop = latin('.')
  const named = (descr: string, version = 1): Buffer => {
    const text = latin(`{${descr}, 'fortran_order': False, 'shape': (1,), }`)
    const length = Buffer.alloc(version === 1 ? 2 : 4)
    length.writeUIntLE(text.length, 0, length.length)
    return Buffer.concat([latin('\x93NUMPY'), Buffer.from([version, 0]), length, text, evil])
  }
  const whole = Buffer.concat([old, stop])

  test.each<[string, Buffer, string]>([
    ['GGUF, whose first letter pushes a number', Buffer.concat([latin('GGUF\x03\0\0\0\0'), whole]), 'm.gguf'],
    [
      'safetensors with an empty header',
      Buffer.concat([latin('G\x10\0\0\0\0\0\0{}'), whole]),
      'm.safetensors',
    ],
    ['safetensors in order', disguisedSafetensors(whole), 'm.safetensors'],
    ['MessagePack', Buffer.concat([latin('\x89'), whole]), 'm.msgpack'],
    [
      'an index of TensorFlow',
      Buffer.concat([whole, Buffer.alloc(40), Buffer.from('57fb808b247547db', 'hex')]),
      'm.index',
    ],
    ['numbers, more of which follow', Buffer.concat([whole, Buffer.alloc(100)]), 'm.bin'],
    ['numbers, without an end', Buffer.concat([old, latin('\xff\xff')]), 'm.bin'],
    ['numbers behind a protocol of 1', Buffer.concat([latin('\x80\x01'), whole, latin('xx')]), 'm.bin'],
    ['something that fills a list of Python', latin("csys\npath\nS'/tmp/x'\na.junk"), 'm.bin'],
    ['objects in double quotes', named('"descr": "|O"'), 'm.npy'],
    ['objects by their name', named("'descr': 'object'"), 'm.npy'],
    ['objects by an escape', named(String.raw`'descr': '\x7cO'`), 'm.npy'],
    ['objects far into the header', named(`${' '.repeat(5000)}'descr': '|O'`, 2), 'm.npy'],
    [
      'a packed file that breaks off',
      deflateSync(Buffer.concat([whole, Buffer.alloc(9000)])).subarray(0, -4),
      'm.bin',
    ],
    ['the same of gzip', gzipSync(Buffer.concat([whole, Buffer.alloc(9000)])).subarray(0, -8), 'm.bin'],
    ['bzip2, under any name', latin('BZh91AY&SY'), 'm.bin'],
    ['lzma', latin(`\x5d\0\0\x80\0${'\xff'.repeat(8)}x`), 'm.bin'],
    ['xz', latin('\xfd7zXZ\0'), 'm.bin'],
    [
      'a text too long to be followed',
      Buffer.concat([latin("S'"), Buffer.alloc(2 ** 21, 'A'), latin("'\n0"), whole, latin('xx')]),
      'm.bin',
    ],
    ...[false, true].map((packed): [string, Buffer, string] => [
      `a large member of an archive${packed ? ', packed' : ''}`,
      zipOf([
        {
          name: 'm.pkl',
          content: Buffer.concat([latin("S'"), Buffer.alloc(2 ** 20, 'A'), latin("'\n0"), whole]),
          packed,
        },
      ]),
      'm.zip',
    ]),
    [
      'a zip archive behind something else',
      Buffer.concat([latin('MZ'), zipOf([{ name: 'x', content: evil }])]),
      'm.keras',
    ],
    ['HDF5 behind a block of the user', userBlock(2048), 'm.h5'],
  ])('is found: %s', (_, bytes, name) => {
    const { verdict, imports } = check(bytes, name)
    expect(['unknown-imports', 'unreadable']).toContain(verdict)
    // What cannot be read is only said to be so.
    expect([[], ['posix.system'], ['sys.path']]).toContainEqual(imports)
  })

  // U and a length skip a text: so the header, and lists of letters in it, are passed over.
  function disguisedSafetensors(pickle: Buffer): Buffer {
    const [start, tail] = [
      '{"__metadata__":{"x":"',
      '"},"t":{"dtype":"U8","shape":[900],"data_offsets":[0,900]}}',
    ]
    const skip = 60
    const length = 0x55 + skip * 256
    let header = start.padEnd(2 + skip - 8, 'A')
    const left = (): number => length - header.length - 2
    while (left() > 228) header += `U~${'B'.repeat(126)}`
    if (left() > 126) header += `UZ${'B'.repeat(90)}`
    const rest = left()
    header += `U${String.fromCharCode(rest)}${tail.padStart(rest, 'C')}`
    const lengthBytes = Buffer.alloc(8)
    lengthBytes.writeBigUInt64LE(BigInt(header.length))
    expect(header.length).toBe(length)
    return Buffer.concat([lengthBytes, latin(header), pickle, Buffer.alloc(900 - pickle.length)])
  }

  function userBlock(size: number): Buffer {
    return Buffer.concat([Buffer.alloc(size), fixture('keras/lambda.h5')])
  }

  test('names what it imports, where it can be followed', () => {
    for (const mark of ['GGUF\x03\0\0\0\0', 'G\x10\0\0\0\0\0\0{}', '\x80\x01'])
      expect(check(Buffer.concat([latin(mark), whole]), 'm.bin').imports).toEqual(['posix.system'])
  })

  test('what the libraries wrote is no guise', () => {
    const plain = fixtureNames().filter((name) =>
      /^(?:safetensors|sharded|gguf|flax|tflite|hdf5)\//.test(name),
    )
    expect(plain.length).toBeGreaterThan(8)
    for (const name of plain)
      expect(checkWeights(fixturePath(name)), name).toMatchObject({ verdict: 'no-pickle' })
  })

  test('neither are numbers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000, size: 'max' }), (bytes) => {
        expect(check(Buffer.concat([latin('\0'), bytes]), 'm.bin').verdict).toBe('no-pickle')
      }),
    )
  })
})

describe('what Keras loads beside layers', () => {
  const keras = (config: object): WeightsCheck =>
    check(
      zipOf([
        { name: 'metadata.json', content: '{}' },
        { name: 'config.json', content: JSON.stringify({ config: { layers: [config] } }) },
      ]),
      'm.keras',
    )

  test.each<[string, object, RegExp]>([
    [
      'a function of Keras that fetches files',
      { module: 'keras.utils', class_name: 'function', config: 'get_file' },
      /get_file of the module keras\.utils/,
    ],
    [
      'a module of torch',
      { module: 'keras.layers', class_name: 'TorchModuleWrapper', config: {} },
      /TorchModuleWrapper/,
    ],
    [
      'a SavedModel',
      { module: 'keras.layers', class_name: 'TFSMLayer', config: { filepath: 'x' } },
      /TFSMLayer/,
    ],
    [
      'a vocabulary in a file',
      { module: 'keras.layers', class_name: 'StringLookup', config: { vocabulary: '/etc/passwd' } },
      /the file "\/etc\/passwd", which StringLookup reads/,
    ],
  ])('%s is named', (_, config, said) => {
    expect(keras(config).code).toEqual([expect.stringMatching(said)])
  })

  test('its own functions and words are not', () => {
    for (const config of [
      { module: 'keras.activations', class_name: 'function', config: 'relu' },
      { module: 'keras.layers', class_name: 'StringLookup', config: { vocabulary: ['a', 'b'] } },
    ])
      expect(keras(config).code).toEqual([])
  })
})

const RECONSTRUCT = 'numpy._core.multiarray._reconstruct'

describe('tricks that others fell for', () => {
  const global = (module: string, name: string): Buffer => latin(`\x80\x02c${module}\n${name}\n.`)

  test.each([
    ['torch', 'storage._load_from_bytes'],
    ['torch.storage', '_load_from_bytes'],
    ['torch._utils', '_rebuild_tensor_v2.__globals__'],
    ['builtins', 'getattr'],
    ['__builtin__', 'eval'],
    ['collections', 'OrderedDict.__init__'],
    ['collections ', 'OrderedDict'],
    ['torch.nn.parameter', 'Parameter.__class__'],
    ['torch', 'float32.__class__'],
    ['torch', '__dict__'],
    ['torch._utils', '_import_dotted_name'],
  ])('%s %s is not allowed', (module, name) => {
    const found = check(global(module, name))
    expect(found.verdict).toBe('unknown-imports')
    expect(found.imports).toEqual([`${module === '__builtin__' ? 'builtins' : module}.${name}`])
  })

  test.each<[string, string, RegExp]>([
    ['a call of what is no name', '\x80\x02X\x01\0\0\0a)R.', /calls something that is no name/],
    ['a call of a dtype', '\x80\x02ctorch\nfloat32\n)R.', /operands that no writer/],
    [
      'a Parameter with hooks',
      '\x80\x02ctorch._utils\n_rebuild_parameter\nN\x88}K\x01K\x02s\x87R.',
      /operands/,
    ],
    ['a persistent id of its own', '\x80\x02X\x03\0\0\0urlQ.', /refers to something outside/],
    ['state of a dict', '\x80\x02}K\x01b.', /sets the state/],
    ['members of a list', '\x80\x02]K\x01K\x02s.', /no dict/],
    ['a number from a registry', '\x80\x02\x82\x01.', /number 1 of a registry/],
    ['a name that is no text', '\x80\x04\x8c\x01aN\x93.', /does not stand in it as a text/],
    ['a persistent id in words', '\x80\x02Pposix\n.', /refers to something outside/],
    ['a string in two kinds of quotes', '\x80\x02S\'a"\n.', /without quotes/],
    ['a key without a value', '\x80\x02(K\x01d.', /key without a value/],
    ['items of a set for a list', '\x80\x04](K\x01\x90.', /no set/],
    ['keywords of an OrderedDict', '\x80\x02ccollections\nOrderedDict\n)}K\x01K\x02s\x92.', /keywords/],
    ['keywords that are none', '\x80\x02ccollections\nOrderedDict\n)]\x92.', /keywords/],
    ['a frame that ends behind the file', '\x80\x04\x95\xff\0\0\0\0\0\0\0N.', /inside its frame of byte 11/],
    ['a frame that goes on', '\x80\x04\x95\x03\0\0\0\0\0\0\0N.N', /ends before its frame/],
    [
      'an operand behind its frame',
      '\x80\x04\x95\x02\0\0\0\0\0\0\0\x8c\x03abc.',
      /byte 11 goes on behind its frame/,
    ],
    [
      'a frame in a frame',
      '\x80\x04\x95\x0c\0\0\0\0\0\0\0N\x95\x02\0\0\0\0\0\0\0N.',
      /begins within another/,
    ],
    // Python reads 1_0 as ten, so that another value is recalled than one would think.
    ['a number of the memo that is none', '\x80\x02Np1_0\n.', /numbers what it keeps/],
    ['an opcode of nobody', '\x80\x02N\xff.', /is no opcode/],
    ['an empty stack', '\x80\x02)R.', /stack is empty/],
    ['a recall of nothing', '\x80\x02Nh\x05.', /never kept/],
    ['more after its end', '\x80\x02}.}.', /2 bytes follow its end/],
    ['a text without end', '\x80\x02X\xff\xff\xff\xff', /ends inside itself/],
    ['a protocol of the future', '\x80\x02}\x80\x09.', /protocol is 9/],
  ])('%s', (_, text, reason) => {
    const found = check(latin(text))
    expect(found.verdict).toBe('unreadable')
    expect(found.reason).toMatch(reason)
  })

  // Each of the arrays ends NumPy 2.4 with a fault, or reads memory that is not its own.
  const array = (type: string, state: string, shape: string, content: string): string =>
    `\x80\x04cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btR` +
    `(K\x01${shape}cnumpy\ndtype\n(\x8c\x02${type}\x89\x88tR${state}\x89${content}tb.`
  const numbers = '(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb'
  const objects = '(K\x03\x8c\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb'

  test('arrays are let through as NumPy writes them', () => {
    for (const [type, state, content] of [
      ['f4', numbers, 'C\x08aaaaaaaa'],
      ['O8', objects, '](NNe'],
    ] as const)
      expect(check(latin(array(type, state, 'K\x02\x85', content)))).toMatchObject({
        verdict: 'allow-listed',
      })
  })

  test.each<[string, string, string]>([
    ['fewer objects than it has room for', array('O8', objects, 'J\0\0\0\x01\x85', '](Ne'), RECONSTRUCT],
    ['bytes for objects', array('O8', objects, 'K\x02\x85', 'C\x10aaaaaaaaaaaaaaaa'), RECONSTRUCT],
    ['objects that are said to be none', array('O8', numbers, 'K\x02\x85', 'C\x01a'), 'numpy.dtype'],
    ['numbers that are said to be objects', array('i8', objects, 'K\x02\x85', 'C\x01a'), 'numpy.dtype'],
    ['a shape of negative length', array('f4', numbers, 'J\xff\xff\xff\xff\x85', 'C\x01a'), RECONSTRUCT],
    [
      'an array of another class',
      `cnumpy._core.multiarray\n_reconstruct\n(cm\nx\nK\0\x85Vb\ntR.`,
      RECONSTRUCT,
    ],
    ["NumPy's own dtype, which would be changed", 'cnumpy\ndtype\n(Vf4\nI00\nI00\ntR.', 'numpy.dtype'],
    ['members of an array', array('f4', numbers, 'K\x02\x85', 'C\x01a').replace(/\.$/, 'NNs.'), RECONSTRUCT],
    ['an encoding that has to be imported', 'c_codecs\nencode\n(Va\nVzip\ntR.', '_codecs.encode'],
    ['an array of bytes of any size', 'cbuiltins\nbytearray\n(I99999999\ntR.', 'builtins.bytearray'],
    ['keywords of a set', 'cbuiltins\nset\n)}Va\n]s\x92.', 'builtins.set'],
    ['a class as a function', 'cnumpy\nndarray\n(I9\ntR.', 'numpy.ndarray'],
  ])('%s is listed', (_, text, name) => {
    const { verdict, imports } = check(latin(text), 'm.pkl')
    expect(verdict).toBe('unknown-imports')
    expect(imports).toContain(name)
  })

  test('a storage has to be as long as it says', () => {
    const bytes = fixture('torch/state-dict.pt')
    const members = [...readMembers(bytes)]
    expect(check(zipOf(members)).verdict).toBe('allow-listed')
    const shorter = members.map((member) =>
      member.name.endsWith('data/1') ? { ...member, content: member.content.slice(4) } : member,
    )
    expect(check(zipOf(shorter))).toMatchObject({ verdict: 'unreadable', reason: /has 12 bytes and says 16/ })
    const without = members.filter((member) => !member.name.endsWith('data/1'))
    expect(check(zipOf(without))).toMatchObject({ reason: /content of its storage "1" is missing/ })
  })
})

test('an array of joblib begins where its frame ends: what is left of the frame would be followed first', () => {
  const bytes = Buffer.from(fixture('pickle/estimator.joblib'))
  const frame = bytes.indexOf(latin('\x95'))
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(frame + 1) + 1n, frame + 1)
  expect(check(bytes, 'm.joblib')).toMatchObject({ verdict: 'unreadable', reason: /array within a frame/ })
})

describe('bounds', () => {
  test('a pickle of nothing but lists is not followed for ever', () => {
    expect(check(Buffer.concat([latin('\x80\x02'), Buffer.alloc(1_500_000, ']')])).reason).toMatch(
      /more than \d+ values/,
    )
    expect(check(Buffer.concat([latin('\x80\x02'), Buffer.alloc(1_500_000, '(')])).reason).toMatch(
      /too many marks/,
    )
  })

  test.each<[string, Buffer, RegExp]>([
    ['keeps', Buffer.alloc(1_100_000, 0x94), /keeps more than \d+ values/],
    ['says nothing', Buffer.alloc(18_000_000, latin('\x80\x04')), /more than \d+ opcodes/],
    ['is lines', Buffer.alloc(70_000_000, `S'${'x'.repeat(2 ** 20 - 4)}'\n0`), /too much text/],
  ])('neither is one that %s without end', (_, bytes, reason) => {
    expect(check(Buffer.concat([latin('\x80\x04N'), bytes])).reason).toMatch(reason)
  })

  // 200,000 values in one that is kept, and then named again and again.
  const many = 'N'.repeat(200_000)
  const again = (opcodes: string): string => opcodes.repeat(100_000)
  const empty =
    'X\x05\0\0\0dtypecnumpy\ndtype\n(X\x02\0\0\0f4\x89\x88tRX\x05\0\0\0shapeK\0\x85X\x05\0\0\0orderX\x01\0\0\0C'
  test.each<[string, string]>([
    [
      'a dict in order',
      `](${'NN\x86'.repeat(90_000)}eq\0ccollections\nOrderedDict\nq\x01${again('h\x01h\0\x85R0')}N.`,
    ],
    [
      'an array of joblib',
      `}(${many}${empty}uq\0cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81q\x01${again('h\0b')}.`,
    ],
  ])('many members of %s count each time', (_, text) => {
    expect(check(latin(`\x80\x02${text}`)).reason).toMatch(/more than \d+ (?:opcodes|values)/)
  })

  test('what holds a tensor is looked through a few times only, however often it is named', () => {
    const tensor = 'ctorch._utils\n_rebuild_meta_tensor_no_storage\n(ctorch\nfloat32\n)tR'
    const dict = `}(${')N'.repeat(200_000)}X\x01\0\0\0t${tensor}uq\0`
    expect(check(latin(`\x80\x02](${dict}${again('h\0')}e.`)).verdict).toBe('unreadable')
  })

  test('neither is what describes an array read for each time that the array is named', () => {
    const array = `}(${many}${empty}uq\0cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81q\x01h\0b`
    expect(check(latin(`\x80\x02](${array}${again('h\x01')}e.`)).reason).toMatch(/names more than \d+ values/)
  })

  test('a list that holds itself, or doubles itself, ends', () => {
    expect(check(latin('\x80\x02]q\0h\0a.')).verdict).toBe('allow-listed')
    const doubling = Array.from(
      { length: 60 },
      (_, at) => `]q${String.fromCharCode(at + 1)}(h${String.fromCharCode(at)}h${String.fromCharCode(at)}e`,
    )
    expect(check(latin(`\x80\x02]q\0${doubling.join('')}.`)).verdict).toBe('allow-listed')
  })
})

test('whatever is changed in a file, it is judged, and what imports a command is never let through', () => {
  const names = fixtureNames().filter((name) => /^(?:torch|pickle|numpy|keras)\//.test(name))
  const change = fc.record({
    name: fc.constantFrom(...names),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 4 }),
  })
  fc.assert(
    fc.property(change, ({ name, at, bytes, cut }) => {
      const content = Buffer.from(fixture(name))
      content.set(
        bytes.subarray(0, content.length),
        Math.floor(at * Math.max(0, content.length - bytes.length)),
      )
      const { verdict, imports, reason } = check(
        cut === null ? content : content.subarray(0, Math.floor(cut * content.length)),
        name,
      )
      expect(verdict === 'allow-listed' || verdict === 'no-pickle').toBe(
        imports.length === 0 && reason === undefined,
      )
    }),
    { numRuns: 800 },
  )
})

test('a command is found among whatever stands before it', () => {
  const harmless = fc.constantFrom(
    'N',
    '\x88',
    'K\x05',
    ']',
    '}',
    ')',
    '(',
    'X\x01\0\0\0a',
    'Nq\x01',
    'ccollections\nOrderedDict\n)R',
  )
  fc.assert(
    fc.property(fc.array(harmless, { maxLength: 40 }), (parts) => {
      const text = `\x80\x02N${parts.join('')}cposix\nsystem\nX\x02\0\0\0id\x85R.`
      expect(check(latin(text)).imports).toContain('posix.system')
    }),
  )
})

// Reads the members of a zip that has no surprises.
function* readMembers(bytes: Buffer): Generator<TestMember & { content: Buffer }> {
  let at = bytes.readUInt32LE(bytes.length - 6)
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [nameLength, extra] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30)]
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    const start = bytes.readUInt32LE(at + 42)
    const data = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28)
    yield { name, content: bytes.subarray(data, data + bytes.readUInt32LE(at + 24)) }
    at += 46 + nameLength + extra
  }
}
