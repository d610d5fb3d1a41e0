import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { addLfsPatterns, lfsPatterns } from '../../src/git/attributes.ts'
import { STARTER_CONFIG } from '../../src/features/starter-config.ts'
import { addPatterns } from '../../src/schema/add-patterns.ts'
import { checkConfig } from '../../src/store/parse-config.ts'
import { PRESETS } from '../../src/weights/presets.ts'

describe('.gitattributes', () => {
  test('keeps its lines, their order and their ends', () => {
    const before = '# ours\r\n* text=auto\r\n*.png binary'
    const { text, added } = addLfsPatterns(before, ['*.onnx'])
    expect(text).toBe(`${before}\r\n*.onnx filter=lfs diff=git-model merge=git-model -text\r\n`)
    expect(added).toEqual(['*.onnx'])
  })

  test('gets a pattern once', () => {
    const { text } = addLfsPatterns('', ['*.onnx', '*.onnx', 'my file.bin', '#odd'])
    expect(addLfsPatterns(text, ['#odd', '*.onnx', 'my file.bin'])).toEqual({ text, added: [] })
    expect(text).toContain('my[[:space:]]file.bin filter=lfs')
    expect(text).toContain('\\#odd filter=lfs')
  })

  test('counts the last line of a pattern', () => {
    expect(lfsPatterns('*.pt filter=lfs -text\n*.pt -filter\n"a b" filter=lfs\n# *.h5 filter=lfs\n')).toEqual(
      ['a b'],
    )
    expect(addLfsPatterns('*.pt filter=lfs\n*.pt -filter\n', ['*.pt']).added).toEqual(['*.pt'])
  })

  test('has in the wide preset what it has in the tight one', () => {
    expect(PRESETS.weights.filter((pattern) => !PRESETS.hf.includes(pattern))).toEqual([])
  })
})

describe('.gitmodel.yaml', () => {
  test('starts valid, and its commented examples are valid too', () => {
    expect(checkConfig(STARTER_CONFIG).problems).toEqual([])
    const examples = STARTER_CONFIG.replaceAll(/^# ?(models:|metrics:|  .*: \{.*\})$/gm, '$1')
    expect(checkConfig(examples)).toMatchObject({
      problems: [],
      config: { models: { digits: { card: 'required' } }, metrics: { latency_ms: { max: 50 } } },
    })
  })

  test.each([
    ['nothing', '', 'weights:\n  patterns: ["*.bin"]\n'],
    ['other parts', 'snapshot: all # why\n', 'snapshot: all # why\nweights:\n  patterns: ["*.bin"]\n'],
    [
      'a section',
      'weights:\n  # big\n  largest: 1 MB\n',
      'weights:\n  # big\n  patterns: ["*.bin"]\n  largest: 1 MB\n',
    ],
    [
      'a list on one line',
      'weights: \n  patterns: [ "*.pt" ] # ours\n',
      'weights: \n  patterns: [ "*.pt", "*.bin" ] # ours\n',
    ],
    ['a list of lines', 'weights:\n  patterns:\n    - "*.pt" # a\n  largest: 5\n', undefined],
    ['an empty list', 'weights:\n  patterns: []\n', 'weights:\n  patterns: ["*.bin"]\n'],
    ['braces', 'weights: {largest: 5} # five\n', undefined],
    ['the pattern', 'weights:\n  patterns: ["*.bin"]\n', 'weights:\n  patterns: ["*.bin"]\n'],
  ])('with %s gets a pattern', (_, before, after) => {
    const text = addPatterns(before, ['*.bin'])!
    if (after !== undefined) expect(text).toBe(after)
    expect((parse(text) as { weights: { patterns: string[] } }).weights.patterns).toContain('*.bin')
    for (const comment of before.match(/#.*/g) ?? []) expect(text).toContain(comment)
    expect(addPatterns(text, ['*.bin'])).toBe(text)
  })

  test('keeps a comment on the last item of a list', () => {
    const text = addPatterns('weights:\n  patterns:\n    - "*.pt" # a\n  largest: 5\n', ['*.bin'])
    expect(text).toBe('weights:\n  patterns:\n    - "*.pt" # a\n    - "*.bin"\n  largest: 5\n')
  })

  test('that is no map is left alone', () => {
    expect(addPatterns('- a\n', ['*.bin'])).toBeUndefined()
    expect(addPatterns('weights: &a {patterns: [*a]}\n', ['*.bin'])).toBeUndefined()
    expect(addPatterns('a: [', ['*.bin'])).toBeUndefined()
  })

  test('gets patterns after its starter text', () => {
    const text = addPatterns(STARTER_CONFIG, ['*.bin', 'a "b"'])!
    expect(checkConfig(text)).toMatchObject({
      problems: [],
      config: { weights: { patterns: ['*.bin', 'a "b"'] } },
    })
    expect(text.split('\n').filter((line) => !STARTER_CONFIG.split('\n').includes(line))).toHaveLength(1)
  })
})
