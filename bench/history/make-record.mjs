// The runs of the benchmark: a sweep over learning rates, the same numbers each time.
import { createHash } from 'node:crypto'

const FIRST_MS = 1_790_000_000_000
const STEPS = 12

/** Makes what is known of a run before its commit is: everything but its id, its tree and its outputs commit. */
export function makeRecord(number, code) {
  const random = randomNumbers(number)
  const accuracy = round(0.5 + 0.49 * random())
  const seconds = Math.floor(FIRST_MS / 1000) + number * 60
  return {
    number,
    source: { code, version: code.version },
    change: round(random()),
    nonce: createHash('sha256').update(`nonce ${number}`).digest('hex').slice(0, 32),
    seconds,
    name: `sweep-${String(number).padStart(6, '0')}`,
    started: new Date(seconds * 1000 + Math.floor(random() * 1000)).toISOString(),
    finished: new Date(seconds * 1000 + 45_000 + Math.floor(random() * 10_000)).toISOString(),
    status: number % 50 === 7 ? 'failed' : 'finished',
    params: {
      batch: 2 ** (4 + (number % 5)),
      dropout: round(random() / 2),
      epochs: 10 + (number % 3) * 10,
      lr: Number((10 ** (-4 + 3 * random())).toPrecision(3)),
      optimizer: ['adam', 'adamw', 'sgd'][number % 3],
      seed: number % 5,
      width: 64 * (1 + (number % 8)),
    },
    metrics: {
      'train/loss': round(2 * (1 - accuracy)),
      'val/acc': accuracy,
      'val/f1': round(accuracy * 0.98),
      'val/loss': round(2.1 * (1 - accuracy)),
    },
    tags: { host: `node-${number % 16}`, ...(number % 97 === 0 && { candidate: true }) },
    ...(number % 4 === 0 && {
      outputs: {
        files: [
          {
            path: 'models/digits.safetensors',
            oid: `sha256:${createHash('sha256').update(`weights ${number}`).digest('hex')}`,
            size: 240_128 + number,
          },
        ],
      },
    }),
  }
}

/** Writes the note of a run as git-model writes it. */
export function runNote(record) {
  const { code } = record.source
  const lines = [
    '---',
    'schema: run/v1',
    `run: ${record.run}`,
    `name: ${record.name}`,
    'experiment: digits',
    'kind: training',
    `status: ${record.status}`,
    `started: "${record.started}"`,
    `finished: "${record.finished}"`,
    'author: "Ada <ada@example.org>"',
    `command: [python, train.py, "--lr", "${record.params.lr}"]`,
    'exit:',
    `  code: ${record.status === 'failed' ? 1 : 0}`,
    'code:',
    `  commit: ${code.oid}`,
    `  tree: ${record.tree}`,
    '  branch: main',
    '  dirty: true',
    'params:',
    ...Object.entries(record.params).map(([key, value]) => `  ${key}: ${value}`),
    'metrics:',
    ...Object.entries(record.metrics).map(
      ([key, value]) =>
        `  ${key}: {last: ${value}, step: ${STEPS - 1}, min: ${round(value * 0.8)}, max: ${round(value * 1.1)}, count: ${STEPS}, time: ${record.seconds * 1000}}`,
    ),
    'tags:',
    ...(record.tags.candidate ? ['  candidate: true'] : []),
    `  host: ${record.tags.host}`,
    ...outputLines(record.outputs),
    'environment:',
    '  arch: x64',
    '  cores: 8',
    '  os: "Debian GNU/Linux 12 (bookworm)"',
    '  python: "3.11.2"',
    'revision: 1',
  ]
  return `${lines.join('\n')}\n`
}

/** Writes the step history of a run. */
export function seriesNote(record, number) {
  const random = randomNumbers(number + 0.5)
  const steps = Array.from({ length: STEPS }, (_, step) => step)
  const metrics = Object.entries(record.metrics).map(([key, last]) => [
    key,
    {
      step: steps,
      value: steps.map((step) => (step === STEPS - 1 ? last : round(last * (0.8 + 0.3 * random())))),
      time: steps.map((step) => record.seconds * 1000 - (STEPS - 1 - step) * 1000),
    },
  ])
  return `---\n${JSON.stringify({ schema: 'series/v1', run: record.run, metrics: Object.fromEntries(metrics) })}\n`
}

function outputLines(outputs) {
  if (outputs === undefined) return []
  const files = outputs.files.map(
    ({ path, oid, size }) => `    - {path: ${path}, oid: "${oid}", size: ${size}}`,
  )
  return ['outputs:', `  commit: ${outputs.commit}`, '  files:', ...files]
}

function round(value) {
  return Number(value.toFixed(4))
}

// Numbers in [0, 1) by xorshift (Marsaglia, "Xorshift RNGs", 2003), the same ones for the same seed.
function randomNumbers(seed) {
  let state = createHash('sha256').update(`seed ${seed}`).digest().readUInt32LE(0) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
