import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { looksSecret, looksSecretFile, maskSecrets, maskText } from '../../src/domain/secrets.ts'

// Put together here, so that no scanner takes this file for a leak.
const SAMPLES = {
  github: `ghp_${'a1B2'.repeat(9)}`,
  githubFine: `github_pat_${'11ABCDE0'.repeat(4)}`,
  gitlab: `glpat-${'x1Y2'.repeat(5)}`,
  huggingFace: `hf_${'aBcD'.repeat(9)}`,
  openai: `sk-proj-${'a1B2'.repeat(8)}`,
  anthropic: `sk-ant-api03-${'a1B2'.repeat(8)}`,
  slack: `xoxb-${'1234-'.repeat(3)}abc`,
  aws: `AKIA${'ABCD1234'.repeat(2)}`,
  google: `AIza${'a1B2c'.repeat(7)}`,
  jwt: `eyJ${'hbGci0'.repeat(3)}.eyJ${'zdWIi0'.repeat(3)}.${'sig1'.repeat(6)}`,
  npm: `npm_${'a1B2'.repeat(9)}`,
}
const KEY = ['-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----'].join(' ')
const OID = '9f2c1b7e'.repeat(5)

describe('maskSecrets', () => {
  it.each(Object.entries(SAMPLES))('masks a token of %s wherever it stands', (_, token) => {
    for (const arg of [
      token,
      `--opt=${token}`,
      `https://x.org/?a=${token}`,
      `{"a": "${token}"}`,
      `bash -c 'X=${token} y'`,
    ]) {
      const { args, masked } = maskSecrets(['python', arg])
      expect(args.join(' ')).not.toContain(token)
      expect(masked).toHaveLength(1)
    }
  })

  it.each<[string[], string[], string[]]>([
    [['--password', 'hunter2'], ['--password', '***'], ['--password']],
    [['--password', '1234'], ['--password', '***'], ['--password']],
    [['--password=hunter2'], ['--password=***'], ['--password']],
    [['--hf-token', 'abc'], ['--hf-token', '***'], ['--hf-token']],
    [['--token=X'], ['--token=***'], ['--token']],
    [['-password', 'x'], ['-password', '***'], ['-password']],
    [
      ['env', 'AWS_SECRET_ACCESS_KEY=abc/def+1', 'python'],
      ['env', 'AWS_SECRET_ACCESS_KEY=***', 'python'],
      ['AWS_SECRET_ACCESS_KEY'],
    ],
    [['WANDB_API_KEY=0123'], ['WANDB_API_KEY=0123'], []],
    [[`WANDB_API_KEY=${OID}`], ['WANDB_API_KEY=***'], ['WANDB_API_KEY']],
    [['+logger.apiKey=abcdef'], ['+logger.apiKey=***'], ['+logger.apiKey']],
    [['model.auth.token=abc'], ['model.auth.token=***'], ['model.auth.token']],
    [['https://ada:hunter2@example.org/x'], ['https://ada:***@example.org/x'], ['argument 1']],
    [['postgres://ada:p@ss@db:5432/x'], ['postgres://ada:***@db:5432/x'], ['argument 1']],
    [['--url=https://abcdefghij0123456789@example.org'], ['--url=https://***@example.org'], ['argument 1']],
    [['-H', 'Authorization: Bearer abc.def'], ['-H', 'Authorization: Bearer ***'], ['argument 2']],
    [['curl', '-u', 'ada:hunter2', 'x'], ['curl', '-u', 'ada:***', 'x'], ['-u']],
    [['sshpass', '-p', 'hunter2', 'ssh'], ['sshpass', '-p', '***', 'ssh'], ['-p']],
    [['mysql', '-phunter2', 'db'], ['mysql', '-p***', 'db'], ['-p']],
    [
      ['bash', '-c', 'HF_TOKEN=abc123 python x.py --password hunter2 --lr 3'],
      ['bash', '-c', 'HF_TOKEN=*** python x.py --password *** --lr 3'],
      ['argument 3'],
    ],
    [
      ['--config', '{"api_key": "abc", "lr": 1}'],
      ['--config', '{"api_key": "***", "lr": 1}'],
      ['argument 2'],
    ],
    [
      ['https://x.blob.core.windows.net/y?sv=1&sig=abc%2F'],
      ['https://x.blob.core.windows.net/y?sv=1&sig=***'],
      ['argument 1'],
    ],
  ])('masks %j', (args, expected, masked) => {
    expect(maskSecrets(args)).toEqual({ args: expected, masked })
  })

  it.each([
    [['python', 'train.py', '--tokenizer', 'bert-base-uncased']],
    [['--num_tokens', '512', '--max_tokens=512', '--max-token', '5', 'tokens=7']],
    [['--pad_token', '<pad>', '--eos-token', '</s>', '--mask_token=[MASK]', '--image-token', 'IMG']],
    [['--password_field', 'name', '--token-file', '/run/x', '--secret_name', 'prod', '--password-file=x']],
    [['--token', '--lr', '3e-4']],
    [['--use_auth_token', 'true', '--token=true', '--token', '$HF_TOKEN']],
    [['--dataset', `git-tree:${OID}`, OID, `sha256:${'0a1b'.repeat(16)}`, `oid=${OID}`]],
    [['--credentials', '/etc/x.json', '--private-key', '~/.ssh/id_rsa']],
    [['-p', 'lr=3', '-p', 'secretary=ada', '-t', 'compass=1']],
    [
      [
        'git@github.com:ada/x.git',
        'ssh://git@github.com/ada/x',
        'https://ada@example.org/x',
        'https://example.org:8080/a@b',
      ],
    ],
    [['--key', 'image', '--sort-key', 'acc', '--primary_key=id', '--public-key', 'abc', '--keys=a,b']],
    [['sk-learn-pipeline-with-a-long-name-2024', 'task-sk-1', 'hf_dataset', 'hf_internal_testing/tiny']],
    [['docker', 'run', '-p', '8080:80', 'x']],
    [['--author', 'Ada <ada@example.org>', '--monkey', 'x', '--turkey=1', '--tokens', 'abc']],
    [['PWD=/home/x', 'SSH_AUTH_SOCK=/tmp/x', 'AWS_REGION=eu-west-1', 'AWS_PROFILE=dev']],
  ])('leaves %j', (args) => {
    expect(maskSecrets(args)).toEqual({ args, masked: [] })
  })

  it('never tells what it masked, keeps the number of arguments, and is done after one pass', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        '--password',
        '--token',
        '-p',
        'x=1',
        'API_KEY=',
        'curl',
        '-u',
        'a:b',
        ...Object.values(SAMPLES),
      ),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (args) => {
        const once = maskSecrets(args)
        expect(once.args).toHaveLength(args.length)
        expect(maskSecrets(once.args).args).toEqual(once.args)
        for (const token of Object.values(SAMPLES)) expect(JSON.stringify(once)).not.toContain(token)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('looksSecret', () => {
  it.each([
    'password',
    'DB_PASSWORD',
    'dbPassword',
    'api-key',
    'OPENAI_API_KEY',
    'clientSecret',
    'github_token',
    'AWS_ACCESS_KEY_ID',
    'passwd2',
    'hf.token',
    'private_key',
    'HTTPAuthToken',
  ])('takes %s', (name) => expect(looksSecret(name, 'abcDEF123')).toBe(true))
  it.each([
    'token_type',
    'tokens',
    'vocab_token',
    'passwordless',
    'secret_count',
    'key',
    'hash_key',
    'lr',
    'token_id',
    'pathology',
    'compass',
    'spat',
    'pw_lr',
    'next_token',
    'tokenizer',
    'token_dropout',
  ])('leaves %s', (name) => expect(looksSecret(name, 'abcDEF123')).toBe(false))
})

describe('maskText', () => {
  it('masks a whole private key', () => {
    expect(maskText(`a ${KEY}\nMIIE\n-----END RSA PRIVATE KEY----- b`)).toBe('a *** b')
    expect(maskText(`a ${KEY}\nMIIE`)).toBe('a ***')
  })

  it('takes little time for long texts', () => {
    for (const text of [
      'a'.repeat(1e6),
      'a=b '.repeat(2e5),
      'http://'.repeat(1e5),
      ':'.repeat(1e6),
      '-'.repeat(1e6),
      'a:'.repeat(5e5),
      '"'.repeat(1e6),
      ' '.repeat(1e6),
      'eyJ'.repeat(3e5),
      'https://a:'.repeat(1e5),
    ]) {
      const start = performance.now()
      maskText(text)
      looksSecretFile('a.py', text)
      expect(performance.now() - start).toBeLessThan(3000)
    }
  })
})

describe('looksSecretFile', () => {
  it.each([
    ...[
      '.env',
      'a/.env.local',
      'prod.env',
      'id_rsa',
      '.ssh/config',
      'x/server.pem',
      'tls.key',
      'credentials.json',
      '.netrc',
      '.pypirc',
      '.git-credentials',
    ],
    ...[
      'kaggle.json',
      'client_secret_1.json',
      'secrets.yaml',
      '.streamlit/secrets.toml',
      'hf_token.txt',
      'api-key.txt',
      '.aws/credentials',
      'service-account.json',
    ],
  ])('takes %s by its name', (path) => expect(looksSecretFile(path)).toBe(true))

  it.each([
    '.env.example',
    'sample.env',
    'id_rsa.pub',
    'train.py',
    'tokenizer.json',
    'tokens.json',
    'environment.yml',
    'secretary.py',
    'keys.py',
    'credentials.py',
    'monkey.txt',
    '.npmrc',
  ])('leaves %s', (path) => expect(looksSecretFile(path)).toBe(false))

  it.each([
    ['.npmrc', `//registry.example.org/:_authToken=${'a1b2c3d4'.repeat(4)}`],
    ['config.yaml', 'db:\n  password: hunter2\n'],
    ['config.json', '{\n  "api_key": "0123456789abcdef"\n}'],
    ['config.json', '{"a":{"db":{"password":"hunter2"}}}'],
    ['log.jsonl', '{"step": 1, "hf_token": "a1b2c3d4e5f6a7b8"}'],
    ['train.py', `api_key = "${'a1b2c3d4'.repeat(4)}"`],
    ['deploy.md', `${KEY}\n${'MIIEpAIBAAKCAQEA'.repeat(4)}\n`],
    ['train.py', `login("${SAMPLES.huggingFace}")`],
    ['notes.md', 'git clone https://ada:hunter2@example.org/x'],
    ['run.sh', 'export AWS_SECRET_ACCESS_KEY=abcdefghij0123456789'],
  ])('takes %s by its content', (path, content) => expect(looksSecretFile(path, content)).toBe(true))

  it.each([
    ['.npmrc', 'registry=https://registry.example.org/\n//registry.example.org/:_authToken=${NPM_TOKEN}\n'],
    [
      'tokenizer_config.json',
      '{\n  "pad_token": "<|endoftext|>",\n  "eos_token": "</s>",\n  "token": "hello"\n}',
    ],
    [
      'train.py',
      'password = getpass()\ntoken = next(tokens)\napi_key = os.environ["API_KEY"]\nsecret = "short"\n',
    ],
    [
      'config.yaml',
      'password: ${DB_PASSWORD}\ntoken: <your token>\nmax_tokens: 512\napi_key: your-api-key-here-0000\n',
    ],
    [
      'README.md',
      'git clone https://user:password@example.org/x, or redis://u:pass@host with AKIAIOSFODNN7EXAMPLE',
    ],
    ['read.py', `if text.startswith("${KEY}"):\n    decode(text)`],
    ['a.txt', `${OID} sha256:${'0a1b'.repeat(16)}`],
  ])('leaves %s with harmless content', (path, content) => expect(looksSecretFile(path, content)).toBe(false))
})
