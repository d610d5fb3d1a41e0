import { call } from './call.ts'
import type { PickleMachine } from './machine.ts'
import { storageOf } from './storage.ts'
import type { Opcode } from './strict-opcodes.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'
import type { PickleValue } from './value.ts'

/** The opcodes of protocol 0, whose operands are lines of text (CPython, `Lib/pickletools.py`). */
export const TEXT: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x49, (machine) => machine.push(integer(machine.line(1000)))], // INT
  [0x4c, (machine) => machine.push(numberOf(machine.line(10_000)))], // LONG
  [0x46, (machine) => machine.push(numberOf(machine.line(1000)))], // FLOAT
  [0x53, (machine) => machine.push(quoted(machine.line(LINE, true)))], // STRING
  [0x56, (machine) => machine.push(unescapeUnicode(machine.line(LINE, true)))], // UNICODE
  [0x67, (machine) => machine.recall(index(machine.line(20)))], // GET
  [0x70, (machine) => machine.keep(index(machine.line(20)))], // PUT
  [0x69, inst], // INST
  [0x50, (machine) => machine.push(storageOf(machine, machine.line(1000)))], // PERSID
])

const LINE = 2 ** 20

// Protocols 0 and 1 have no booleans of their own.
function integer(text: string): PickleValue {
  return text === '00' ? false : text === '01' ? true : numberOf(text)
}

function numberOf(text: string): PickleValue {
  const value = Number(text.replace(/L$/, '').replace(/^(-?)inf$/, '$1Infinity'))
  return Number.isNaN(value) && text !== 'nan' ? text : value
}

// Python takes `1_0` for ten: what was kept where would be another value than here.
function index(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new UnreadablePickle('it numbers what it keeps in a way that no pickler does')
}

// Unpicklers refuse one without quotes.
function quoted(line: string): string {
  const inner = /^(['"])(.*)\1$/s.exec(line)?.[2]
  if (inner === undefined) throw new UnreadablePickle('it has a string without quotes')
  return unescapeBytes(inner)
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: '\x07',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    v: '\v',
    '\\': '\\',
    "'": "'",
    '"': '"',
  }),
)

// As in Python's bytes; a name that is written in escapes is the same name.
function unescapeBytes(text: string): string {
  const unescape = (whole: string, hex?: string, octal?: string): string => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    return ESCAPES.get(whole[1]!) ?? whole
  }
  return text.replace(/\\(?:x([\da-fA-F]{2})|([0-7]{1,3})|.)/gs, unescape)
}

// `raw-unicode-escape`: no other escape means anything.
function unescapeUnicode(text: string): string {
  const unescape = (whole: string, short?: string, long?: string): string => {
    const point = Number.parseInt(short ?? long ?? '', 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  }
  return text.replace(/\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|.)/gs, unescape)
}

function inst(machine: PickleMachine): void {
  const callee = machine.import(machine.line(1000), machine.line(1000))
  machine.push(call(machine, callee, { kind: 'tuple', items: machine.popMark() }))
}
