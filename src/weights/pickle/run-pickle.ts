import { ByteCursor } from '../byte-cursor.ts'
import type { ByteSource } from '../byte-source.ts'
import { PickleMachine } from './machine.ts'
import { OTHER } from './other-opcodes.ts'
import { STRICT } from './strict-opcodes.ts'
import { TEXT } from './text-opcodes.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'
import type { PickleValue } from './value.ts'

/** What following a pickle showed. Nothing was imported or called. */
export interface PickleReading {
  /** What it makes; undefined where it could not be followed to its end. */
  root: PickleValue | undefined
  /** Names that it imports and that are not on the allow-list, sorted. */
  imports: string[]
  /** Whether it does something with such a name, beyond importing it: chance does not. */
  acts: boolean
  /** Why it cannot be vouched for, whatever it imports; absent where it can. */
  doubt?: string
  /** Whether it holds more than is followed. */
  isTooMuch?: boolean
  /** The place after its last byte. */
  end: number
}

const STOP = 0x2e

/**
 * Follows a pickle on a machine that has values and no objects. Memory and time are bounded by the machine's limits;
 * never throws for what the pickle holds.
 *
 * @param start - where it begins.
 */
export function runPickle(source: ByteSource, start = 0): PickleReading {
  const cursor = new ByteCursor(source, start, (why, isTooMuch) => new UnreadablePickle(why, isTooMuch))
  const machine = new PickleMachine(cursor, follow)
  const answer = (root: PickleValue | undefined): PickleReading => ({
    root,
    acts: machine.acts,
    imports: [...machine.imports].sort(),
    ...(machine.doubt !== undefined && { doubt: machine.doubt }),
    end: cursor.at,
  })
  try {
    return answer(follow(machine))
  } catch (error) {
    if (!(error instanceof UnreadablePickle)) throw error
    machine.suspect(error.message)
    return { ...answer(undefined), isTooMuch: error.isTooMuch }
  }
}

function follow(machine: PickleMachine): PickleValue {
  for (let code = machine.opcode(); code !== STOP; code = machine.opcode()) step(machine, code)
  // Where the next pickle of the file begins depends on the unpickler.
  if (machine.cursor.at < machine.frameEnd) machine.suspect('it ends before its frame does')
  return machine.pop()
}

function step(machine: PickleMachine, code: number): void {
  const start = machine.cursor.at - 1
  const opcode = STRICT.get(code) ?? OTHER.get(code) ?? TEXT.get(code)
  if (opcode === undefined) throw new UnreadablePickle(`byte ${start} is no opcode: 0x${code.toString(16)}`)
  const { frameEnd } = machine
  opcode(machine)
  // Python's own unpickler loses what is left of the frame then, and goes on at another place than others.
  if (start < frameEnd && machine.cursor.at > frameEnd && machine.frameEnd === frameEnd)
    machine.suspect(`its opcode at byte ${start} goes on behind its frame`)
}
