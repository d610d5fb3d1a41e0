import type { ByteCursor } from '../byte-cursor.ts'
import { isAllowed } from './allow-list.ts'
import { plainName } from './plain-name.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'
import type { PickleGlobal, PickleValue } from './value.ts'

/** The most values that one pickle may hold: what bounds the memory that following it takes. */
const MAX_VALUES = 1_000_000
/** The most opcodes and operands that are followed: what bounds the time. A value has one or two, and seldom three. */
const MAX_STEPS = 8 * MAX_VALUES
/** The most text that one pickle may hold, in characters. */
const MAX_TEXT = 2 ** 26
const MAX_IMPORTS = 1000

/** The state of a pickle that is being followed: stack, marks, memo, and what was noticed. */
export class PickleMachine {
  readonly cursor: ByteCursor
  /** Names that are not on the allow-list, as `module.name`. */
  readonly imports = new Set<string>()
  /** Why it cannot be vouched for, though it could be followed; the first reason. */
  doubt: string | undefined
  /** Whether it does something with a name that is not on the allow-list, beyond importing it. */
  acts = false
  /** The place after all frames so far: Python reads a frame whole before what is in it. */
  frameEnd = 0
  /** Whether it stands within another pickle, and is read by Python's own unpickler. */
  isNested = false
  readonly #follow: (machine: PickleMachine) => PickleValue
  #memo = new Map<number, PickleValue>()
  #stack: PickleValue[] = []
  #outer: PickleValue[][] = []
  #values = 0
  #steps = 0
  #text = 0

  /** @param follow - follows a pickle to its end, from where the cursor stands. */
  constructor(cursor: ByteCursor, follow: (machine: PickleMachine) => PickleValue) {
    this.cursor = cursor
    this.#follow = follow
  }

  /** Follows a pickle of its own that begins at the cursor, within the same limits. */
  nest(): PickleValue {
    const before = { memo: this.#memo, stack: this.#stack, outer: this.#outer, frameEnd: this.frameEnd }
    this.#memo = new Map()
    this.#stack = []
    this.#outer = []
    this.isNested = true
    const value = this.#follow(this)
    this.#memo = before.memo
    this.#stack = before.stack
    this.#outer = before.outer
    this.frameEnd = before.frameEnd
    this.isNested = false
    return value
  }

  /** Reads the next opcode. */
  opcode(): number {
    this.#step(1)
    return this.cursor.u8()
  }

  /** Notes that the members of a value are looked at: one that is kept can be named again and again. */
  lookInto(value: PickleValue): void {
    if (typeof value === 'object' && value !== null && 'items' in value) this.#step(value.items.length)
  }

  push(value: PickleValue): void {
    this.grow(1)
    this.#stack.push(value)
  }

  /** Counts values that were made, also those that a call made of others. */
  grow(count: number): void {
    this.#values += count
    if (this.#values > MAX_VALUES) throw new UnreadablePickle(`it holds more than ${MAX_VALUES} values`, true)
  }

  pop(): PickleValue {
    const value = this.#stack.pop()
    if (value === undefined) throw new UnreadablePickle(`its stack is empty at byte ${this.cursor.at}`)
    return value
  }

  /** The value on top, which stays. */
  top(): PickleValue {
    const value = this.#stack.at(-1)
    if (value === undefined) throw new UnreadablePickle(`its stack is empty at byte ${this.cursor.at}`)
    return value
  }

  mark(): void {
    if (this.#outer.length >= MAX_VALUES) throw new UnreadablePickle('it holds too many marks', true)
    this.#outer.push(this.#stack)
    this.#stack = []
  }

  /** Takes all values since the last mark. */
  popMark(): PickleValue[] {
    const values = this.#stack
    const outer = this.#outer.pop()
    if (outer === undefined) throw new UnreadablePickle(`there is no mark at byte ${this.cursor.at}`)
    this.#stack = outer
    return values
  }

  /** Takes the value on top, or the mark where there is none above it. */
  popOrUnmark(): void {
    if (this.#stack.length > 0) this.#stack.pop()
    else this.popMark()
  }

  /** Keeps the value on top under a number; by default the next one. */
  keep(index = this.#memo.size): void {
    this.#memo.set(index, this.top())
    if (this.#memo.size > MAX_VALUES)
      throw new UnreadablePickle(`it keeps more than ${MAX_VALUES} values`, true)
  }

  recall(index: number): void {
    const value = this.#memo.get(index)
    if (value === undefined) throw new UnreadablePickle(`it recalls ${index}, which it never kept`)
    this.push(value)
  }

  /** Notes that a name is imported. */
  import(module: string, name: string): PickleGlobal {
    // torch.save writes protocol 2, in which Python 3 calls its builtins as Python 2 did.
    const canonical = module === '__builtin__' ? 'builtins' : module
    const found: PickleGlobal = { kind: 'global', module: canonical, name }
    if (!isAllowed(canonical, name) && plainName(found) === undefined) this.list(found)
    return found
  }

  /** Lists a name that loading the pickle would import. */
  list({ module, name }: PickleGlobal): void {
    if (this.imports.size < MAX_IMPORTS) this.imports.add(`${module}.${name}`.slice(0, 500))
    else this.suspect(`it imports more than ${MAX_IMPORTS} names`)
  }

  /** Notes that something is done with a value: to call it, to fill it, to set its state. */
  act(value: PickleValue): void {
    if (typeof value !== 'object' || value === null) return
    if (value.kind === 'object') this.acts = true
    else if (value.kind === 'global' && !isAllowed(value.module, value.name)) this.acts = true
  }

  /** Notes that something cannot be vouched for, and goes on, to learn what else is imported. */
  suspect(why: string): void {
    this.doubt ??= why
  }

  /** Reads a text of so many bytes; one that is too long to be a name is passed over. */
  text(length: number): PickleValue {
    this.#spend(Math.min(length, LONG_TEXT))
    if (length > LONG_TEXT) return this.bytes(length)
    return this.cursor.take(length).toString('utf8')
  }

  /** Reads a line. @param isTooMuch - whether a longer one is in order, and only more than is read. */
  line(longest: number, isTooMuch = false): string {
    const text = this.cursor.line(longest, isTooMuch)
    this.#spend(text.length)
    return text
  }

  /** Passes over so many bytes. */
  bytes(length: number): PickleValue {
    const offset = this.cursor.at
    this.cursor.skip(length)
    return { kind: 'bytes', length, offset }
  }

  #step(count: number): void {
    this.#steps += count
    if (this.#steps > MAX_STEPS) throw new UnreadablePickle(`it has more than ${MAX_STEPS} opcodes`, true)
  }

  #spend(length: number): void {
    this.#text += length
    if (this.#text > MAX_TEXT) throw new UnreadablePickle('it holds too much text', true)
  }
}

const LONG_TEXT = 2 ** 16
