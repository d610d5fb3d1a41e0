import { describe, expect, it } from 'vitest'
import { wantsColor } from '../../src/cli/colors.ts'
import { makeOutput, type Output } from '../../src/cli/output.ts'
import { formatError, formatErrorJson } from '../../src/cli/report-error.ts'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { toKnownError } from '../../src/cli/system-error.ts'
import { ModelError } from '../../src/domain/errors.ts'

function makeStreams(isTTY: boolean, env: Record<string, string> = {}): { out: Output; printed: string[] } {
  const printed: string[] = []
  const stream = (name: string) => ({
    isTTY,
    columns: 40,
    write: (text: string) => printed.push(`${name}:${text}`),
  })
  return { out: makeOutput(stream('out'), stream('err'), env), printed }
}

describe('colours', () => {
  it.each<[isTerminal: boolean, env: Record<string, string>, colored: boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('terminal: %j with %j: %j', (isTerminal, env, colored) => {
    expect(wantsColor(isTerminal, env)).toBe(colored)
  })
})

describe('output', () => {
  it('sends results to stdout and everything else to stderr', () => {
    const { out, printed } = makeStreams(false)
    out.result('a\n')
    out.result('b')
    out.result('')
    out.json({ schema: 'x/v1' })
    out.status('c')
    out.warn('d', 'e\nf')
    out.progress('never seen')
    expect(printed).toEqual([
      'out:a\n',
      'out:b\n',
      'out:{\n  "schema": "x/v1"\n}\n',
      'err:c\n',
      'err:warning: d\n',
      'err:hint: e\n',
      'err:hint: f\n',
    ])
    expect(out).toMatchObject({ isTerminal: false, width: 100 })
  })

  it('shows progress on a terminal, on one line, and takes it away again', () => {
    const { out, printed } = makeStreams(true, { NO_COLOR: '1' })
    out.progress('fetching'.repeat(20))
    out.status('done')
    expect(printed[0]!.slice('err:'.length).length).toBeLessThan(40)
    expect(printed.slice(1)).toEqual(['err:\r\u001b[K', 'err:done\n'])
    expect(out.width).toBe(40)
  })
})

describe('errors', () => {
  const { errorColors } = makeStreams(false).out
  const known = new ModelError('run-unknown', 'there is no run "a\u001b[31m"', {
    hints: ['git model runs'],
    data: { run: 'a' },
  })

  it('say what to type, and cannot act on the terminal', () => {
    expect(formatError(known, errorColors, false)).toBe(
      'error: there is no run "a\\x1b[31m"\nhint: git model runs',
    )
    expect(JSON.parse(formatErrorJson(known, false))).toEqual({
      schema: 'error/v1',
      code: 'run-unknown',
      message: 'there is no run "a\u001b[31m"',
      hints: ['git model runs'],
      data: { run: 'a' },
    })
    expect(exitCodeOf(known)).toBe(1)
    expect(exitCodeOf(new ModelError('argument-invalid', 'x'))).toBe(2)
  })

  it('that are bugs ask to be reported, and show where they come from when asked', () => {
    const bug = new TypeError('x is not a function')
    expect(formatError(bug, errorColors, false)).toBe(
      'error: this is a bug in git-model: x is not a function\n' +
        'hint: what was recorded is safe; please report it with what this prints: GIT_MODEL_DEBUG=1 git model …',
    )
    expect(formatError(bug, errorColors, true)).toContain('output.test.ts')
    expect(JSON.parse(formatErrorJson(bug, false))).toMatchObject({
      code: 'bug',
      message: 'x is not a function',
    })
    expect(exitCodeOf(bug)).toBe(70)
  })

  it('of the machine are no bugs', () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write '/x'"), {
      code: 'ENOSPC',
      path: '/x',
    })
    expect(toKnownError(full)).toMatchObject({ code: 'disk-full', message: 'the disk is full at "/x"' })
    const denied = Object.assign(new Error("EACCES: permission denied, open '/y'"), {
      code: 'EACCES',
      path: '/y',
    })
    expect(toKnownError(denied)).toMatchObject({ code: 'write-failed', message: 'permission denied at "/y"' })
    expect(toKnownError(known)).toBe(known)
  })
})
