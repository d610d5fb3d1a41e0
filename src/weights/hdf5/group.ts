import { Block, NOWHERE, readBlock, readMarked } from './block.ts'
import { Hdf5Damage } from './damage.ts'
import type { MeteredSource } from './metered-source.ts'
import type { HeaderMessage } from './object-header.ts'

/** The members of a group. */
export interface GroupMembers {
  /** Where each member's header stands, by name. */
  addresses: [name: string, address: number][]
  /** Whether there are more, kept in a way that is not read here. */
  isDense: boolean
  /** Names of links into other files. */
  outside: string[]
}

const LINK_INFO = 0x02
const LINK = 0x06
const SYMBOL_TABLE = 0x11
const MAX_MEMBERS = 1_000_000
const MAX_NAME = 4096
const MAX_LEVEL = 16
const MAX_HEAP = 2 ** 26
const ENTRY = 40

/** Reads the members of a group (HDF5 File Format Specification, III.A, III.B, IV.A.2); undefined for what is no group. */
export function readGroup(
  source: MeteredSource,
  messages: readonly HeaderMessage[],
): GroupMembers | undefined {
  const members: GroupMembers = { addresses: [], isDense: false, outside: [] }
  let isGroup = false
  for (const { type, content } of messages) {
    if (type === LINK) readLink(content, members)
    if (type === LINK_INFO) members.isDense = isDense(content)
    if (type === SYMBOL_TABLE) {
      const block = new Block(content)
      const [tree, heap] = [block.u64(), block.u64()]
      readTree({ source, nameAt: namesAt(source, heap), members, seen: new Set() }, tree)
    }
    isGroup ||= type === LINK || type === LINK_INFO || type === SYMBOL_TABLE
  }
  return isGroup ? members : undefined
}

function readLink(content: Buffer, members: GroupMembers): void {
  const block = new Block(content)
  block.take(1)
  const flags = block.u8()
  const type = (flags & 8) === 0 ? 0 : block.u8()
  block.take(((flags & 4) === 0 ? 0 : 8) + ((flags & 16) === 0 ? 0 : 1))
  const length = block.uint(1 << (flags & 3))
  if (length > MAX_NAME) throw new Hdf5Damage(`a name of it has ${length} bytes`)
  const name = block.take(length).toString('utf8')
  if (type === 0) members.addresses.push([name, block.u64()])
  if (type === 64) members.outside.push(name)
}

function isDense(content: Buffer): boolean {
  const block = new Block(content)
  block.take(1)
  const flags = block.u8()
  if ((flags & 1) !== 0) block.take(8)
  return block.u64() !== NOWHERE
}

// What the tree of one group is read with.
interface Tree {
  source: MeteredSource
  nameAt: (offset: number) => string
  members: GroupMembers
  /** Where nodes stand that were read: each has one place in a tree. */
  seen: Set<number>
}

// A tree whose leaves are tables of symbols. @param expected - its level, one less than that of what names it.
function readTree(tree: Tree, address: number, expected?: number): void {
  visitOnce(tree, address)
  const start = readMarked(tree.source, address, 'TREE', 8)
  const [kind, level, count] = [start.u8(), start.u8(), start.u16()]
  if (kind !== 0) throw new Hdf5Damage(`there is no tree of a group at byte ${address}`)
  if (level !== (expected ?? level) || level > MAX_LEVEL)
    throw new Hdf5Damage(`the tree at byte ${address} is of the level ${level}`)
  const block = readBlock(tree.source, address + 24, 8 + 16 * count)
  for (let index = 0; index < count; index += 1) {
    block.take(8)
    const child = block.u64()
    if (level > 0) readTree(tree, child, level - 1)
    else readSymbols(tree, child)
  }
}

function visitOnce({ seen }: Tree, address: number): void {
  if (seen.has(address)) throw new Hdf5Damage(`the node at byte ${address} is in a tree twice`)
  seen.add(address)
}

function readSymbols(tree: Tree, address: number): void {
  visitOnce(tree, address)
  const { source, nameAt, members } = tree
  const start = readMarked(source, address, 'SNOD', 8)
  start.take(2)
  const count = start.u16()
  const block = readBlock(source, address + 8, count * ENTRY)
  for (let index = 0; index < count; index += 1) {
    const [name, header, cache] = [block.u64(), block.u64(), block.u32()]
    block.take(20)
    // A symbolic link leads to what has a name of its own.
    if (cache !== 2) members.addresses.push([nameAt(name), header])
    if (members.addresses.length > MAX_MEMBERS) throw new Hdf5Damage('a group of it has too many members')
  }
}

function namesAt(source: MeteredSource, address: number): (offset: number) => string {
  const heap = readMarked(source, address, 'HEAP', 32)
  heap.take(4)
  const size = heap.u64()
  heap.take(8)
  const data = heap.u64()
  if (size > MAX_HEAP) throw new Hdf5Damage(`the names of a group would take ${size} bytes`)
  const names = source.read(data, size)
  return (offset) => {
    const bytes = names.subarray(Math.min(offset, names.length), offset + MAX_NAME)
    const end = bytes.indexOf(0)
    if (end < 0) throw new Hdf5Damage('a name of it has no end')
    source.spend(end)
    return bytes.toString('utf8', 0, end)
  }
}
