import { Block, readBlock, readMarked } from './block.ts'
import { Hdf5Damage } from './damage.ts'
import type { MeteredSource } from './metered-source.ts'

/** A message of an object header: what an object is, in pieces. */
export interface HeaderMessage {
  type: number
  content: Buffer
}

const CONTINUATION = 0x10
const MAX_MESSAGES = 100_000
const MAX_CHUNK = 2 ** 24
// Making one takes as long as reading so many bytes.
const EACH_MESSAGE = 32

/** Reads the messages of an object (HDF5 File Format Specification, IV.A.1). @throws Hdf5Damage. */
export function readObjectHeader(source: MeteredSource, address: number): HeaderMessage[] {
  const isNew = source.read(address, 4).toString('latin1') === 'OHDR'
  const messages = isNew ? readNew(source, address) : readOld(source, address)
  source.spend(EACH_MESSAGE * messages.length)
  return messages
}

interface Chunk {
  address: number
  length: number
}

function readOld(source: MeteredSource, address: number): HeaderMessage[] {
  const start = readBlock(source, address, 16)
  const version = start.u8()
  if (version !== 1) throw new Hdf5Damage(`there is no object at byte ${address}`)
  start.take(7)
  return readChunks({ address: address + 16, length: start.u32() }, (chunk) => {
    const block = readBlock(source, chunk.address, chunk.length)
    return readMessages(
      block,
      () => {
        const [type, size] = [block.u16(), block.u16()]
        block.take(4)
        return { type, size }
      },
      8,
    )
  })
}

function readNew(source: MeteredSource, address: number): HeaderMessage[] {
  const start = readBlock(source, address, Math.min(64, source.size - address))
  start.take(5)
  const flags = start.u8()
  start.take(((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4))
  const length = start.uint(1 << (flags & 3))
  const hasOrder = (flags & 4) !== 0
  const first = { address: address + start.at, length }
  let isFirst = true
  return readChunks(first, (chunk) => {
    // A continuation has a mark and a checksum around its messages.
    const inner = isFirst ? chunk : { address: chunk.address + 4, length: chunk.length - 8 }
    if (!isFirst) readMarked(source, chunk.address, 'OCHK', 4)
    isFirst = false
    const block = readBlock(source, inner.address, Math.max(0, inner.length))
    const head = hasOrder ? 6 : 4
    return readMessages(
      block,
      () => {
        const [type, size] = [block.u8(), block.u16()]
        block.take(hasOrder ? 3 : 1)
        return { type, size }
      },
      head,
    )
  })
}

function readMessages(
  block: Block,
  next: () => { type: number; size: number },
  head: number,
): HeaderMessage[] {
  const messages: HeaderMessage[] = []
  while (block.left >= head) {
    const { type, size } = next()
    messages.push({ type, content: block.take(size) })
  }
  return messages
}

// Messages may go on elsewhere, and elsewhere again.
function readChunks(first: Chunk, read: (chunk: Chunk) => HeaderMessage[]): HeaderMessage[] {
  const messages: HeaderMessage[] = []
  const chunks = [first]
  for (const chunk of chunks) {
    if (chunk.length > MAX_CHUNK || messages.length > MAX_MESSAGES || chunks.length > 1000)
      throw new Hdf5Damage('an object of it has too many messages')
    for (const message of read(chunk)) {
      if (message.type === CONTINUATION) {
        const block = new Block(message.content)
        chunks.push({ address: block.u64(), length: block.u64() })
      } else messages.push(message)
    }
  }
  return messages
}
