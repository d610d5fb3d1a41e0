import { call } from './call.ts'
import { addTo } from './fill.ts'
import { listClass } from './list-class.ts'
import type { PickleMachine } from './machine.ts'
import type { Opcode } from './strict-opcodes.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'
import { isKind, type PickleValue } from './value.ts'

/**
 * The binary opcodes beyond the strict ones, most of which Python's own protocols 3 to 5 write (CPython,
 * `Lib/pickletools.py`). What they make is judged as everything else is.
 */
export const OTHER: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x8b, (machine) => machine.push(machine.bytes(length(machine.cursor.i32())))], // LONG4
  [0x54, (machine) => machine.push(machine.text(length(machine.cursor.i32())))], // BINSTRING
  [0x8c, (machine) => machine.push(machine.text(machine.cursor.u8()))], // SHORT_BINUNICODE
  [0x8d, (machine) => machine.push(machine.text(machine.cursor.u64()))], // BINUNICODE8
  [0x43, (machine) => machine.push(machine.bytes(machine.cursor.u8()))], // SHORT_BINBYTES
  [0x42, (machine) => machine.push(machine.bytes(machine.cursor.u32()))], // BINBYTES
  [0x8e, (machine) => machine.push(machine.bytes(machine.cursor.u64()))], // BINBYTES8
  [0x96, (machine) => machine.push(machine.bytes(machine.cursor.u64()))], // BYTEARRAY8
  [0x97, (machine) => machine.push({ kind: 'object', callee: 'buffer', args: null, items: [] })], // NEXT_BUFFER
  [0x98, (machine) => void machine.top()], // READONLY_BUFFER
  [0x6c, (machine) => machine.push({ kind: 'list', items: machine.popMark() })], // LIST
  [0x64, dict], // DICT
  [0x91, (machine) => machine.push({ kind: 'set', items: machine.popMark() })], // FROZENSET
  [0x90, (machine) => addTo(machine, machine.popMark())], // ADDITEMS
  [0x30, (machine) => machine.popOrUnmark()], // POP
  [0x31, (machine) => void machine.popMark()], // POP_MARK
  [0x32, (machine) => machine.push(machine.top())], // DUP
  [0x94, (machine) => machine.keep()], // MEMOIZE
  [0x82, (machine) => extension(machine, machine.cursor.u8())], // EXT1
  [0x83, (machine) => extension(machine, machine.cursor.u16())], // EXT2
  [0x84, (machine) => extension(machine, machine.cursor.i32())], // EXT4
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x6f, object], // OBJ
  [0x92, newWithKeywords], // NEWOBJ_EX
  [0x95, frame], // FRAME
])

function length(count: number): number {
  if (count >= 0) return count
  throw new UnreadablePickle('it has something of negative length')
}

function dict(machine: PickleMachine): void {
  const items = machine.popMark()
  if (items.length % 2 === 1) machine.suspect('it makes a dict with a key without a value')
  machine.push({ kind: 'dict', items })
}

// A registry of the loading program turns the number into a name.
function extension(machine: PickleMachine, code: number): void {
  machine.suspect(`it imports number ${code} of a registry that is not in it`)
  machine.push(machine.import('copyreg.extension', String(code)))
}

function stackGlobal(machine: PickleMachine): void {
  const [name, module] = [machine.pop(), machine.pop()]
  const text = (value: PickleValue): string => {
    if (typeof value === 'string') return value
    machine.suspect('it imports a name that does not stand in it as a text')
    return '<computed>'
  }
  machine.push(machine.import(text(module), text(name)))
}

function object(machine: PickleMachine): void {
  const [callee, ...items] = machine.popMark()
  if (callee === undefined) throw new UnreadablePickle('it makes an object of nothing')
  machine.push(call(machine, callee, { kind: 'tuple', items }))
}

function newWithKeywords(machine: PickleMachine): void {
  const keywords = machine.pop()
  const args = machine.pop()
  const made = call(machine, machine.pop(), args)
  if (!isKind(keywords, 'dict')) machine.suspect('it makes a value with keywords that are no dict')
  else if (keywords.items.length > 0) giveKeywords(machine, made, keywords)
  machine.push(made)
}

function giveKeywords(machine: PickleMachine, made: PickleValue, keywords: PickleValue): void {
  if (isKind(made, 'object')) made.items.push('keywords', keywords)
  if (!listClass(machine, made))
    machine.suspect('it makes a value with keywords that no writer of weights gives it')
}

function frame(machine: PickleMachine): void {
  const start = machine.cursor.at - 1
  const size = machine.cursor.u64()
  const { at, left } = machine.cursor
  if (size > left) machine.suspect(`it ends inside its frame of byte ${at}`)
  if (start < machine.frameEnd && at !== machine.frameEnd)
    machine.suspect(`its frame of byte ${at} begins within another`)
  machine.frameEnd = Math.max(machine.frameEnd, at + size)
}
