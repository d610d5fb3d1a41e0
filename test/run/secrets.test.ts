import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { allowSecrets } from '../../src/domain/allow-secrets.ts'
import { maskProse } from '../../src/domain/mask-prose.ts'
import { maskWords } from '../../src/domain/mask-words.ts'
import { gitdir, type Ran, type TestRepo } from '../support/repo.ts'

// Put together here, so that no scanner takes this file for a leak.
const TOKEN = `ghp_${'a1B2'.repeat(9)}`
const JWT = `eyJ${'hbGci0'.repeat(3)}.eyJ${'zdWIi0'.repeat(3)}.${'sig1'.repeat(6)}`
const KEY = `${['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ')}\nMIIE\n${['-----END', 'PRIVATE', 'KEY-----'].join(' ')}`
const LIBRARY = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href

describe('the words of a run', () => {
  it.each<[string, unknown, unknown]>([
    ['hf_token', 'abc', '***'],
    ['db/password', 'swordfish', '***'],
    ['aws.secret_access_key', 'abc/def', '***'],
    ['url', 'https://ada:swordfish@example.org/x', 'https://ada:***@example.org/x'],
    ['header', 'Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['any', TOKEN, '***'],
    ['any', JWT, '***'],
    ['any', `a ${KEY}`, 'a ***'],
    ['cmd', 'train --password swordfish --lr 3', 'train --password *** --lr 3'],
  ])('%s: %j is masked', (name, value, expected) => {
    for (const field of ['params', 'tags', 'environment'] as const) {
      const { words, masked } = maskWords({ [field]: { [name]: value as string } })
      expect(words).toEqual({ [field]: { [name]: expected } })
      expect(masked).toEqual([`${field}.${name}`])
    }
  })

  it.each<[string, unknown]>([
    ['tokenizer', 'bert-base-uncased'],
    ['tokenizer', 'hf-internal-testing/tiny-random-gpt2'],
    ['max_tokens', '512'],
    ['key_dim', 64],
    ['attention_keys', 'q,k,v'],
    ['words', 'password_list.txt'],
    ['password_file', 'password_list.txt'],
    ['commit', '9f2c1b7e'.repeat(5)],
    ['digest', `sha256:${'0a1b'.repeat(16)}`],
    ['md5', '0123456789abcdef'.repeat(2)],
    ['id', '123e4567-e89b-12d3-a456-426614174000'],
    ['eos_token', '</s>'],
    ['image_token', 'IMG_1'],
    ['use_auth_token', true],
    ['password', 1234],
    ['token', '$HF_TOKEN'],
    ['primary_key', 'id'],
    ['monkey', 'capuchin'],
    ['data', 'git@github.com:ada/x.git'],
    ['repo', 'https://ada@example.org/x'],
    ['prompt', 'Name the token: a word, or a part of one'],
  ])('%s: %j stays', (name, value) => {
    const words = { params: { [name]: value as string }, tags: { [name]: value as string } }
    expect(maskWords(words)).toEqual({ words, masked: [] })
  })

  it.each([
    ['my password: swordfish', 'my password: ***'],
    ['the password is hunter2', 'the password is ***'],
    ['API key: 4f9a02c7', 'API key: ***'],
    ['login: ada: password: swordfish', 'login: ada: password: ***'],
    [`see ${TOKEN}, and ${TOKEN}`, 'see ***, and ***'],
    ['run --password swordfish', 'run --password ***'],
  ])('notes: %j becomes %j', (notes, expected) => {
    expect(maskWords({ notes, name: notes })).toEqual({
      words: { notes: expected, name: expected },
      masked: ['name', 'notes'],
    })
  })

  it.each([
    'token: the smallest unit',
    'the secret: warm up slowly',
    'use the --password option, and --token too',
    'the password is required; tokens: 12k; key: val/acc',
    'as in hf-internal-testing/tiny-random-gpt2 at 9f2c1b7e9f2c1b7e',
  ])('notes: %j stays', (notes) => expect(maskProse(notes)).toBe(notes))

  it('are masked once and for all, whatever they are, and nothing that was masked is told', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom(
        'password',
        'password: x1',
        '__proto__',
        TOKEN,
        `a ${TOKEN}`,
        `b=${JWT}`,
        KEY,
        '--token',
      ),
    )
    const values = fc.dictionary(word, fc.oneof(word, fc.double(), fc.boolean()), { maxKeys: 4 })
    const words = fc.record(
      { name: word, experiment: word, notes: word, params: values, tags: values, command: fc.array(word) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(words, (given) => {
        const once = maskWords(given)
        expect(maskWords(once.words)).toEqual({ words: once.words, masked: [] })
        for (const secret of [TOKEN, JWT, KEY]) expect(JSON.stringify(once)).not.toContain(secret)
        expect(maskWords(given, () => true)).toEqual({ words: given, masked: [] })
        expect(maskWords(given, allowSecrets(once.masked)).masked).toEqual([])
      }),
    )
  })

  it('are allowed by place, where * and ? stand for any text and any character', () => {
    const isAllowed = allowSecrets(['params.*_key', 'tags.a?', 'notes'])
    const places = [
      'params.api_key',
      'params.api_keys',
      'tags.ab',
      'tags.abc',
      'notes',
      'name',
      'params.apiXkey',
    ]
    expect(places.filter(isAllowed)).toEqual(['params.api_key', 'tags.ab', 'notes'])
    expect(isAllowed(`params.${'a'.repeat(1e5)}`)).toBe(false)
  })
})

describe('what looks like a credential', () => {
  it('reaches neither a journal nor git, wherever it is given, and is named once', async () => {
    const repo = await gitdir({ '.gitignore': 'm.json\n*.journal\n' })
    await repo.write(
      'm.json',
      '{"params": {"db": {"password": "swordfish"}, "seed": 7}, "metrics": {"acc": 0.5}}',
    )
    const ran = await repo.model(
      ...['run', '-n', `base ${TOKEN}`, '-e', `e ${TOKEN}`, '-p', 'hf_token=swordfish', '-p', `${TOKEN}=1`],
      ...['-p', 'lr=3e-4', '-t', 'url=https://ada:swordfish@example.org', '--metrics', 'm.json', '--'],
      ...[
        'sh',
        '-c',
        'touch m.json; cat .git/model/journal/*/* > all.journal; git model log -p password=swordfish --note "$1"',
      ],
      ...['sh', `key ${TOKEN}`],
    )
    expect(ran.exitCode).toBe(0)
    expect(ran.stderr.match(/looks like a credential: .*/g)).toEqual([
      'looks like a credential: name, experiment, params.hf_token, params.***, tags.url, command.argument 3, command.argument 5',
      'looks like a credential: notes, params.password',
      'looks like a credential: params.db/password',
    ])
    await expectNothing(repo, ran)
    const [record] = await records(repo)
    expect(record).toMatchObject({
      name: 'base ***',
      experiment: 'e ***',
      params: { hf_token: '***', '***': 1, lr: 0.0003, password: '***', 'db/password': '***', seed: 7 },
      tags: { url: 'https://ada:***@example.org' },
      notes: 'key ***',
    })
  })

  it('is masked in what is added to a run that has ended, too', async () => {
    const repo = await gitdir()
    await repo.model('run', '-n', 'base', '--', 'true')
    const logged = await repo.model(
      'log',
      '--run',
      'base',
      '-t',
      'api_key=swordfish',
      '--note',
      TOKEN,
      '--json',
    )
    expect(JSON.parse(logged.stdout)).toMatchObject({ masked: ['notes', 'tags.api_key'] })
    await expectNothing(repo, logged)
  })

  it('is kept where the configuration, or --allow-secret, names its place', async () => {
    const repo = await gitdir({
      '.gitmodel.yaml': 'secrets: {allow: [params.tokenizer_secret, "command.--*"]}\n',
    })
    const inside = 'git model log -p tokenizer_secret=b -p db_password=c -p api_key=d'
    const ran = await repo.model(
      ...[
        'run',
        '-n',
        'base',
        '--allow-secret',
        'params.db_*',
        '-p',
        'tokenizer_secret=a',
        '-p',
        'password=x',
        '--',
      ],
      ...['sh', '-c', inside, '--password', 'y'],
    )
    expect(ran.stderr.match(/credential: .*/g)).toEqual([
      'credential: params.password, command.argument 3',
      'credential: params.api_key',
    ])
    await repo.model(
      'log',
      '--run',
      'base',
      '-t',
      'pw=z',
      '--allow-secret',
      'tags.pw',
      '-p',
      'tokenizer_secret=e',
    )
    const [record] = await records(repo)
    expect(record).toMatchObject({
      command: ['sh', '-c', expect.any(String), '--password', 'y'],
      params: { tokenizer_secret: 'e', password: '***', db_password: 'c', api_key: '***' },
      tags: { pw: 'z' },
    })
  })

  it('is refused as a place where it is none, by the flag and by the configuration', async () => {
    const repo = await gitdir()
    const flag = await repo.model('run', '--allow-secret', 'hf_token', '--', 'true')
    expect(flag.stderr).toContain('"hf_token" is no place in a run, such as params.tokenizer_key')
    await repo.write('.gitmodel.yaml', 'secrets: {allow: [hf_token]}\n')
    const config = await repo.model('run', '--', 'true')
    expect(config.stderr).toContain('secrets.allow.0: must be params.NAME')
    expect([flag.exitCode, config.exitCode]).toEqual([2, 1])
  })

  it('is masked by the library, which warns of each place once', async () => {
    const repo = await gitdir()
    await repo.write(
      'train.mjs',
      `import { startRun } from ${JSON.stringify(LIBRARY)}
const run = await startRun({ name: 'a ${TOKEN.slice(0, 4)}' + '${TOKEN.slice(4)}', params: { db_password: 'swordfish' }, allowSecrets: ['params.ok_token'] })
for (let step = 0; step < 3; step++) run.params({ hf_token: 'swordfish', ok_token: 'kept', password: 5 })
run.tags({ auth_token: 'swordfish', gone: null })
await run.finish()`,
    )
    const ran = await repo.exec(process.execPath, ['train.mjs'])
    expect(ran.exitCode).toBe(0)
    expect(ran.stderr.match(/credential: .*/g)).toEqual([
      'credential: name, params.db_password',
      'credential: params.hf_token',
      'credential: tags.auth_token',
    ])
    const [record] = await records(repo)
    expect(record).toMatchObject({
      name: 'a ***',
      params: { db_password: '***', hf_token: '***', ok_token: 'kept', password: 5 },
      tags: { auth_token: '***' },
    })
    const attached = await repo.model(
      'run',
      '--allow-secret',
      'params.*',
      '--',
      process.execPath,
      'train.mjs',
    )
    expect(attached.stderr).toContain('credential: tags.auth_token')
    const newest = (await records(repo)).find(({ name }) => name !== 'a ***')
    expect(newest).toMatchObject({ params: { hf_token: 'swordfish' }, tags: { auth_token: '***' } })
  })
})

async function records(repo: TestRepo): Promise<Record<string, unknown>[]> {
  const listed = await repo.model('runs', '--json')
  return (JSON.parse(listed.stdout) as { runs: Record<string, unknown>[] }).runs
}

/** Looks for the samples in all objects of git, in all files beside them, and in what was said. */
async function expectNothing(repo: TestRepo, ran: Ran): Promise<void> {
  const names = await repo.git('cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)')
  for (const line of names.split('\n').filter((each) => !each.endsWith('tree'))) {
    const content = await repo.git('cat-file', '-p', line.slice(0, line.indexOf(' ')))
    expect(content).not.toMatch(new RegExp(`swordfish|${TOKEN}`))
  }
  const files = readdirSync(repo.dir, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== 'm.json' && !entry.parentPath.includes('/objects/'),
  )
  expect(files.some(({ name }) => name === 'log.jsonl' || name === 'COMMIT_EDITMSG')).toBe(true)
  for (const { parentPath, name } of files) {
    expect(readFileSync(path.join(parentPath, name), 'utf8')).not.toMatch(new RegExp(`swordfish|${TOKEN}`))
  }
  expect(ran.stdout + ran.stderr).not.toMatch(new RegExp(`swordfish|${TOKEN}`))
}
