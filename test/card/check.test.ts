import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { diffCardFields } from '../../src/domain/card-fields.ts'
import { parseCardAssignment } from '../../src/domain/card-assignment.ts'
import { nearMiss } from '../../src/domain/near-miss.ts'
import { renewCard } from '../../src/domain/renew-card.ts'
import { checkCardText } from '../../src/schema/check-card-text.ts'
import { composeCard } from '../../src/schema/compose-card.ts'
import { importReadme } from '../../src/schema/import-readme.ts'
import { settleConflicts } from '../../src/schema/settle-conflicts.ts'

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

test.each(['llama-adapter.md', 'sentence-transformer.md'])(
  'a card of the Hugging Face Hub is valid: %s',
  (name) => {
    const { problems, warnings } = checkCardText(importReadme(fixture(name)))
    expect(problems).toEqual([])
    expect(warnings).toEqual([])
  },
)

test('a full strict part is valid, and every null in it is unknown', () => {
  const { problems, unknown } = checkCardText(
    composeCard('license: unknown\n', {
      identity: {
        name: 'm',
        version: null,
        owners: ['Ada', { name: 'Bob', contact: 'bob@example.org' }],
        references: ['https://example.org'],
      },
      weights: [
        {
          path: 'm.onnx',
          format: 'onnx',
          oid: `sha256:${'0'.repeat(64)}`,
          size: 1,
          tensors: null,
          parameters: { F32: 10 },
        },
      ],
      training: {
        run: 'a'.repeat(40),
        code: 'b'.repeat(64),
        seed: 7,
        hyperparameters: { layers: [64, 32] } as never,
        duration: 1.5,
      },
      data: [{ role: 'training', id: 'mnist', sensitive: false }],
      evaluation: [{ metric: { type: 'acc', value: 'NaN', confidence_interval: [0.1, 0.2] } }],
      considerations: { users: 'everybody', limitations: ['a'], ethical: [{ name: 'x', mitigation: null }] },
      environment: { energy: '1 kWh', emissions: 3 },
      body: '',
    }),
  )
  expect(problems).toEqual([])
  expect(unknown).toEqual([
    'license',
    'card.identity.version',
    'card.weights[0].tensors',
    'card.considerations.ethical[0].mitigation',
  ])
})

test('what looks like a credential is named with its place, and samples are none', () => {
  const token = `hf_${'aBcD1'.repeat(7)}`
  const text = [
    'schema: card/v1',
    'license: mit',
    'repo: https://ada:swordfish@example.org/x',
    'eos_token: "<|endoftext|>"',
    'card:',
    '  training:',
    `    hyperparameters: {api_key: ${'0123456789abcdef'.repeat(2)}, tokenizer: bert-base-uncased-2018-10}`,
    '  body: |',
    `    login("${token}")`,
    '',
  ].join('\n')
  expect(checkCardText(text).warnings.map(({ field, line }) => [field, line])).toEqual([
    ['repo', 3],
    ['card.training.hyperparameters.api_key', 7],
    ['card.body', 8],
  ])
  expect(JSON.stringify(checkCardText(text).warnings)).not.toContain(token)
  const sample = text
    .replace(token, 'YOUR_TOKEN')
    .replace(/^repo.*\n/m, '')
    .replace(/api_key: \w+/, 'api_key: null')
  expect(checkCardText(sample).warnings).toEqual([])
})

test('problems say where they are', () => {
  const text =
    '---\nschema: card/v1\nlicense: {spdx: MIT}\nlicence: mit\ncard:\n  identity:\n    nmae: x\n  weights:\n    - oid: 5\n'
  const { problems, warnings } = checkCardText(text)
  expect(problems.map(({ field, line, column }) => ({ field, line, column }))).toEqual([
    { field: 'license', line: 3, column: 1 },
    { field: 'card.identity.nmae', line: 7, column: 5 },
    { field: 'card.weights[0]', line: 9, column: 7 },
    { field: 'card.weights[0].oid', line: 9, column: 7 },
  ])
  expect(problems[1]!.message).toBe('is not known here; did you mean "name"?')
  expect(warnings).toMatchObject([{ field: 'licence', line: 4 }])
})

test.each([
  ['', 'it is not a map of keys and values'],
  ['---\n- a\n', 'it is not a map of keys and values'],
  ['---\nlicense: mit\n', 'must have "schema"'],
  ['---\nschema: note/v1\n', 'must be "card/v1"'],
  ['---\nschema: card/v1\ncard: 5\n', 'must be a map or null'],
  ['---\nschema: card/v1\n__proto__: {polluted: true}\n', undefined],
])('%j: %s', (text, message) => {
  expect(checkCardText(text).problems[0]?.message).toBe(message)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test.each([
  ['license=mit', ['license'], 'set', ['mit']],
  ['a.b[0]=1', ['a', 'b', 0], 'set', [1, '1']],
  ['a["x=y"].b=c=d', ['a', 'x=y', 'b'], 'set', ['c=d']],
  ['tags+=vision', ['tags'], 'append', ['vision']],
  ['tags-=vision', ['tags'], 'remove', ['vision']],
  ['a=["x", 1]', ['a'], 'set', [['x', 1], '["x", 1]']],
  ['a=[x', ['a'], 'set', ['[x']],
  ['a=null', ['a'], 'set', [null, 'null']],
  ['a=true', ['a'], 'set', [true, 'true']],
  ['a=x\ny', ['a'], 'set', ['x\ny']],
])('%s', (text, path, action, values) => {
  expect(parseCardAssignment(text)).toEqual({ path, action, values })
})

test('new weights keep what people wrote, and nothing that was said of the earlier ones', () => {
  const previous = {
    schema: 'card/v1',
    license: 'mit',
    'model-index': [{ name: 'm', results: [] }],
    card: {
      identity: { name: 'm', version: '1', owners: ['Ada'] },
      weights: [{ path: 'm', size: 1 }],
      training: { run: 'a' },
      data: [{ id: 'mnist', digest: 'old', description: 'digits' }],
      evaluation: [{ metric: { type: 'acc', value: 1 } }],
      considerations: { users: 'all' },
      body: '# m\nacc 0.9\n',
    },
  }
  const { card, review } = renewCard(previous, {
    weights: [{ path: 'm', size: 2 }],
    training: { run: null },
    data: [{ id: 'mnist', digest: 'new', role: null }],
    evaluation: [],
  })
  expect(card).toEqual({
    ...previous,
    card: {
      identity: { name: 'm', version: null, owners: ['Ada'] },
      weights: [{ path: 'm', size: 2 }],
      training: { run: null },
      data: [{ id: 'mnist', digest: 'new', role: null, description: 'digits' }],
      considerations: { users: 'all' },
      body: '# m\nacc 0.9\n',
    },
  })
  expect(review).toEqual(['card.identity.version', 'model-index', 'card.body'])
})

test('a field settles its own conflict and those within it, and no others', () => {
  const conflicts = ['license', 'card.identity.name', 'card.identity.version', '*'].map((field) => ({
    field,
    values: [1, 2],
  }))
  const text = composeCard('license: a\n', { identity: { name: 'x' }, conflicts, body: '' })
  expect(settleConflicts(text, [['card', 'identity']]).settled).toEqual([
    'card.identity.name',
    'card.identity.version',
  ])
  expect(settleConflicts(text, [['lic']]).text).toBe(text)
  const all = settleConflicts(settleConflicts(text, [['license'], ['card']]).text, [['*']])
  expect(all.text).toBe(composeCard('license: a\n', { identity: { name: 'x' }, body: '' }))
})

test('cards differ by their fields', () => {
  expect(
    diffCardFields({ schema: 'x', a: 1, b: [1, 2], c: null }, { schema: 'y', b: [1, 3], d: {} }),
  ).toEqual([
    { field: 'a', before: 1 },
    { field: 'b', before: [1, 2], after: [1, 3] },
    { field: 'd', after: {} },
  ])
})

test('a word is meant that is close', () => {
  expect(nearMiss('licence', ['license', 'language'])).toBe('license')
  expect(nearMiss('tgas', ['tags', 'metrics'])).toBe('tags')
  expect(nearMiss('tags', ['tags'])).toBeUndefined()
  expect(nearMiss('anything', ['license'])).toBeUndefined()
})
