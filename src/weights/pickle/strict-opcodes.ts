import { call, build } from './call.ts'
import { appendTo, setIn } from './fill.ts'
import type { PickleMachine } from './machine.ts'
import { storageOf } from './storage.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'

/** What an opcode does. */
export type Opcode = (machine: PickleMachine) => void

/**
 * The opcodes that PyTorch's weights-only unpickler accepts (torch/_weights_only_unpickler.py); what each does
 * (CPython, `Lib/pickletools.py`). STOP is the runner's.
 */
export const STRICT: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x80, (machine) => readProtocol(machine)], // PROTO
  [0x28, (machine) => machine.mark()], // MARK
  [0x63, (machine) => machine.push(machine.import(machine.line(1000), machine.line(1000)))], // GLOBAL
  [0x52, (machine) => reduce(machine)], // REDUCE
  [0x62, (machine) => applyState(machine)], // BUILD
  [0x81, (machine) => reduce(machine)], // NEWOBJ
  [0x51, (machine) => machine.push(storageOf(machine, machine.pop()))], // BINPERSID
  [0x74, (machine) => machine.push({ kind: 'tuple', items: machine.popMark() })], // TUPLE
  [0x85, (machine) => tuple(machine, 1)], // TUPLE1
  [0x86, (machine) => tuple(machine, 2)], // TUPLE2
  [0x87, (machine) => tuple(machine, 3)], // TUPLE3
  [0x29, (machine) => machine.push({ kind: 'tuple', items: [] })], // EMPTY_TUPLE
  [0x5d, (machine) => machine.push({ kind: 'list', items: [] })], // EMPTY_LIST
  [0x7d, (machine) => machine.push({ kind: 'dict', items: [] })], // EMPTY_DICT
  [0x8f, (machine) => machine.push({ kind: 'set', items: [] })], // EMPTY_SET
  [0x61, (machine) => appendTo(machine, [machine.pop()])], // APPEND
  [0x65, (machine) => appendTo(machine, machine.popMark())], // APPENDS
  [0x73, (machine) => setIn(machine, [machine.pop(), machine.pop()].reverse())], // SETITEM
  [0x75, (machine) => setIn(machine, machine.popMark())], // SETITEMS
  [0x4e, (machine) => machine.push(null)], // NONE
  [0x88, (machine) => machine.push(true)], // NEWTRUE
  [0x89, (machine) => machine.push(false)], // NEWFALSE
  [0x4a, (machine) => machine.push(machine.cursor.i32())], // BININT
  [0x4b, (machine) => machine.push(machine.cursor.u8())], // BININT1
  [0x4d, (machine) => machine.push(machine.cursor.u16())], // BININT2
  [0x8a, (machine) => machine.push(long(machine.cursor.take(machine.cursor.u8())))], // LONG1
  [0x47, (machine) => machine.push(machine.cursor.take(8).readDoubleBE(0))], // BINFLOAT
  [0x58, (machine) => machine.push(machine.text(machine.cursor.u32()))], // BINUNICODE
  [0x55, (machine) => machine.push(machine.text(machine.cursor.u8()))], // SHORT_BINSTRING
  [0x68, (machine) => machine.recall(machine.cursor.u8())], // BINGET
  [0x6a, (machine) => machine.recall(machine.cursor.u32())], // LONG_BINGET
  [0x71, (machine) => machine.keep(machine.cursor.u8())], // BINPUT
  [0x72, (machine) => machine.keep(machine.cursor.u32())], // LONG_BINPUT
])

function readProtocol(machine: PickleMachine): void {
  const protocol = machine.cursor.u8()
  if (protocol > 5) throw new UnreadablePickle(`its protocol is ${protocol}`)
}

function reduce(machine: PickleMachine): void {
  const args = machine.pop()
  machine.push(call(machine, machine.pop(), args))
}

function applyState(machine: PickleMachine): void {
  const state = machine.pop()
  build(machine, machine.top(), state)
}

function tuple(machine: PickleMachine, count: number): void {
  const items = Array.from({ length: count }, () => machine.pop()).reverse()
  machine.push({ kind: 'tuple', items })
}

// Two's complement, little-endian. What can be counted with becomes a plain number.
function long(bytes: Buffer): number | bigint {
  let value = 0n
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * index)
  value = BigInt.asIntN(Math.max(1, 8 * bytes.length), value)
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
