import { ByteCursor } from './byte-cursor.ts'
import type { ByteSource } from './byte-source.ts'
import { numpyDtypeByName } from './numpy-dtype.ts'
import { elements } from './read-safetensors.ts'
import { TensorNames } from './tensor-names.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { TensorView, WeightsView } from './weights-view.ts'

const KIND = 'Flax file'
const MAX_ITEMS = 2_000_000
const MAX_DEPTH = 64
const MAX_KEY = 2 ** 16
const NDARRAY = 1
const SCALAR = 3

/**
 * Views what `flax.serialization.msgpack_serialize` writes: MessagePack maps, in which arrays are extensions of
 * type 1, each a list of shape, dtype and bytes (flax, `serialization.py`). An array of over 2 GB is in chunks there, and
 * is listed as them.
 *
 * @throws ModelError `weights-invalid`.
 */
export function viewFlax(source: ByteSource, name: string): WeightsView {
  const fail = (why: string): Error => weightsInvalid(name, KIND, why)
  const walker = new Walker(new ByteCursor(source, 0, fail), fail)
  walker.value('', 0)
  const rest = walker.cursor.left
  if (rest > 0) throw fail(`${rest} bytes follow its end`)
  const { tensors } = walker
  return { format: 'flax', size: source.size, isListed: true, tensors, metadata: {}, files: [], warnings: [] }
}

// What one byte announces (MessagePack specification, "Formats").
interface Head {
  kind: 'map' | 'array' | 'text' | 'bytes' | 'extension' | 'other'
  /** Entries of a map, items of an array; otherwise bytes. */
  length: number
}

class Walker {
  readonly cursor: ByteCursor
  readonly tensors: TensorView[] = []
  readonly #fail: (why: string) => Error
  readonly #names: TensorNames
  #items = 0

  constructor(cursor: ByteCursor, fail: (why: string) => Error) {
    this.cursor = cursor
    this.#fail = fail
    this.#names = new TensorNames('/', fail)
  }

  value(name: string, depth: number): void {
    this.#items += 1
    if (this.#items > MAX_ITEMS) throw this.#fail(`it has more than ${MAX_ITEMS} values`)
    if (depth > MAX_DEPTH) throw this.#fail(`it is more than ${MAX_DEPTH} levels deep`)
    const { kind, length } = this.head()
    if (kind === 'map') {
      const keys = new Set<string>()
      for (let index = 0; index < length; index += 1) {
        const key = this.key()
        if (keys.has(key)) throw this.#fail(`it says ${JSON.stringify(key.slice(0, 200))} twice`)
        keys.add(key)
        this.value(this.#names.join(name, key), depth + 1)
      }
    } else if (kind === 'array') {
      for (let index = 0; index < length; index += 1)
        this.value(this.#names.join(name, String(index)), depth + 1)
    } else if (kind === 'extension') this.extension(name, length)
    else this.cursor.skip(length)
  }

  extension(name: string, length: number): void {
    const type = this.cursor.u8()
    const end = this.cursor.at + length
    if (type === NDARRAY || type === SCALAR) this.tensors.push(this.array(this.#names.keep(name)))
    if (this.cursor.at > end)
      throw this.#fail(`the array ${JSON.stringify(name.slice(0, 200))} is longer than it says`)
    this.cursor.skip(end - this.cursor.at)
  }

  array(name: string): TensorView {
    const bad = (): Error => this.#fail(`the array ${JSON.stringify(name.slice(0, 200))} is damaged`)
    const outer = this.head()
    const sizes = this.head()
    if (outer.kind !== 'array' || outer.length !== 3 || sizes.kind !== 'array' || sizes.length > 64)
      throw bad()
    const shape = Array.from({ length: sizes.length }, () => this.count(bad))
    const dtype = numpyDtypeByName(this.key())
    const content = this.head()
    if (dtype === undefined || content.kind !== 'bytes') throw bad()
    if (elements(shape) * BigInt(dtype.size) !== BigInt(content.length)) throw bad()
    const begin = this.cursor.at
    this.cursor.skip(content.length)
    return { name, dtype: dtype.name, shape, bytes: content.length, begin, end: begin + content.length }
  }

  count(bad: () => Error): number {
    const code = this.cursor.u8()
    if (code <= 0x7f) return code
    if (code === 0xcc) return this.cursor.u8()
    if (code === 0xcd) return this.cursor.take(2).readUInt16BE(0)
    if (code === 0xce) return this.cursor.take(4).readUInt32BE(0)
    if (code === 0xcf) return Number(this.cursor.take(8).readBigUInt64BE(0))
    throw bad()
  }

  key(): string {
    const { kind, length } = this.head()
    if ((kind !== 'text' && kind !== 'bytes') || length > MAX_KEY)
      throw this.#fail('one of its names is no text')
    return this.cursor.take(length).toString('utf8')
  }

  head(): Head {
    const code = this.cursor.u8()
    if (code <= 0x7f || code >= 0xe0) return { kind: 'other', length: 0 }
    if (code <= 0x8f) return { kind: 'map', length: code & 0x0f }
    if (code <= 0x9f) return { kind: 'array', length: code & 0x0f }
    if (code <= 0xbf) return { kind: 'text', length: code & 0x1f }
    const rule = HEADS[code]
    if (rule === undefined) throw this.#fail(`byte ${this.cursor.at - 1} announces nothing`)
    const [kind, width, fixed = 0] = rule
    return { kind, length: width === 0 ? fixed : this.cursor.take(width).readUIntBE(0, width) }
  }
}

// Kind, bytes of the length, and the length where it has none.
const HEADS: Readonly<Record<number, readonly [Head['kind'], number, number?]>> = {
  0xc0: ['other', 0],
  0xc2: ['other', 0],
  0xc3: ['other', 0],
  0xc4: ['bytes', 1],
  0xc5: ['bytes', 2],
  0xc6: ['bytes', 4],
  0xc7: ['extension', 1],
  0xc8: ['extension', 2],
  0xc9: ['extension', 4],
  0xca: ['other', 0, 4],
  0xcb: ['other', 0, 8],
  0xcc: ['other', 0, 1],
  0xcd: ['other', 0, 2],
  0xce: ['other', 0, 4],
  0xcf: ['other', 0, 8],
  0xd0: ['other', 0, 1],
  0xd1: ['other', 0, 2],
  0xd2: ['other', 0, 4],
  0xd3: ['other', 0, 8],
  0xd4: ['extension', 0, 1],
  0xd5: ['extension', 0, 2],
  0xd6: ['extension', 0, 4],
  0xd7: ['extension', 0, 8],
  0xd8: ['extension', 0, 16],
  0xd9: ['text', 1],
  0xda: ['text', 2],
  0xdb: ['text', 4],
  0xdc: ['array', 2],
  0xdd: ['array', 4],
  0xde: ['map', 2],
  0xdf: ['map', 4],
}
