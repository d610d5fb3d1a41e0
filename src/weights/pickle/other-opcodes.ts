import { call } from './call.ts'
import { addTo } from './fill.ts'
import type { PickleMachine } from './machine.ts'
import type { Opcode } from './strict-opcodes.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'
import { isKind, type PickleValue } from './value.ts'

/**
 * The opcodes beyond the strict ones, by name (CPython, `Lib/pickletools.py`). They are followed to learn what a
 * pickle imports, but a pickle that uses one is never vouched for.
 */
export const OTHER: ReadonlyMap<number, { name: string; follow: Opcode }> = new Map(
  (
    [
      [0x49, 'INT', (machine) => machine.push(numberOf(machine.cursor.line(1000)))],
      [0x4c, 'LONG', (machine) => machine.push(numberOf(machine.cursor.line(10_000)))],
      [0x46, 'FLOAT', (machine) => machine.push(numberOf(machine.cursor.line(1000)))],
      [0x8b, 'LONG4', (machine) => machine.push(machine.bytes(length(machine.cursor.i32())))],
      [0x53, 'STRING', (machine) => machine.push(quoted(machine))],
      [0x56, 'UNICODE', (machine) => machine.push(machine.cursor.line(LINE, true))],
      [0x54, 'BINSTRING', (machine) => machine.push(machine.text(length(machine.cursor.i32())))],
      [0x8c, 'SHORT_BINUNICODE', (machine) => machine.push(machine.text(machine.cursor.u8()))],
      [0x8d, 'BINUNICODE8', (machine) => machine.push(machine.text(machine.cursor.u64()))],
      [0x43, 'SHORT_BINBYTES', (machine) => machine.push(machine.bytes(machine.cursor.u8()))],
      [0x42, 'BINBYTES', (machine) => machine.push(machine.bytes(machine.cursor.u32()))],
      [0x8e, 'BINBYTES8', (machine) => machine.push(machine.bytes(machine.cursor.u64()))],
      [0x96, 'BYTEARRAY8', (machine) => machine.push(machine.bytes(machine.cursor.u64()))],
      [0x97, 'NEXT_BUFFER', (machine) => machine.push(unknown('buffer'))],
      [0x98, 'READONLY_BUFFER', () => undefined],
      [0x6c, 'LIST', (machine) => machine.push({ kind: 'list', items: machine.popMark() })],
      [0x64, 'DICT', (machine) => machine.push({ kind: 'dict', items: machine.popMark() })],
      [0x91, 'FROZENSET', (machine) => machine.push({ kind: 'set', items: machine.popMark() })],
      [0x90, 'ADDITEMS', (machine) => addTo(machine, machine.popMark())],
      [0x30, 'POP', (machine) => machine.popOrUnmark()],
      [0x31, 'POP_MARK', (machine) => void machine.popMark()],
      [0x32, 'DUP', (machine) => machine.push(machine.top())],
      [0x67, 'GET', (machine) => machine.recall(Number(machine.cursor.line(20)))],
      [0x70, 'PUT', (machine) => void machine.memo.set(Number(machine.cursor.line(20)), machine.top())],
      [0x94, 'MEMOIZE', (machine) => void machine.memo.set(machine.memo.size, machine.top())],
      [0x82, 'EXT1', (machine) => extension(machine, machine.cursor.u8())],
      [0x83, 'EXT2', (machine) => extension(machine, machine.cursor.u16())],
      [0x84, 'EXT4', (machine) => extension(machine, machine.cursor.i32())],
      [0x93, 'STACK_GLOBAL', stackGlobal],
      [0x69, 'INST', inst],
      [0x6f, 'OBJ', object],
      [0x92, 'NEWOBJ_EX', newWithKeywords],
      [0x95, 'FRAME', (machine) => void machine.cursor.u64()],
      [0x50, 'PERSID', (machine) => machine.push(unknown(machine.cursor.line(1000)))],
    ] satisfies [number, string, Opcode][]
  ).map(([code, name, follow]) => [code, { name, follow }]),
)

const LINE = 2 ** 20

function length(count: number): number {
  if (count >= 0) return count
  throw new UnreadablePickle('it has something of negative length')
}

function numberOf(text: string): PickleValue {
  const value = Number(text.replace(/L$/, ''))
  return Number.isNaN(value) ? text : value
}

// Unpicklers refuse one without quotes.
function quoted(machine: PickleMachine): string {
  const quote = machine.cursor.u8()
  if (quote !== 0x22 && quote !== 0x27) throw new UnreadablePickle('it has a string without quotes')
  return machine.cursor.line(LINE, true).replace(/['"]$/, '')
}

function unknown(name: string): PickleValue {
  return { kind: 'object', callee: name, args: null, items: [] }
}

// A number that a registry of the loading program turns into a name.
function extension(machine: PickleMachine, code: number): void {
  machine.push(machine.import('copyreg.extension', String(code)))
}

function stackGlobal(machine: PickleMachine): void {
  const [name, module] = [machine.pop(), machine.pop()]
  const text = (value: PickleValue): string => (typeof value === 'string' ? value : '<computed>')
  machine.push(machine.import(text(module), text(name)))
}

function inst(machine: PickleMachine): void {
  const callee = machine.import(machine.cursor.line(1000), machine.cursor.line(1000))
  machine.push(call(machine, callee, { kind: 'tuple', items: machine.popMark() }))
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
  if (isKind(made, 'object')) made.items.push(keywords)
  machine.push(made)
}
