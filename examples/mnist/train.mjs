// Trains a small multilayer perceptron on MNIST digits and logs to the active run:
//
//   git model run -p lr=0.1 -- node train.mjs --lr 0.1 --hidden 32 --epochs 6
//
// With --from FILE it goes on from weights that are there; --epochs 0 then measures them alone.
// Outside "git model run" it records a run of its own. Nothing here knows about git.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { startRun } from 'git-model'
import { decodeSafetensors, encodeSafetensors } from './safetensors.mjs'

const { values } = parseArgs({
  options: {
    lr: { type: 'string', default: '0.05' },
    hidden: { type: 'string', default: '16' },
    epochs: { type: 'string', default: '5' },
    seed: { type: 'string', default: '7' },
    from: { type: 'string' },
    out: { type: 'string', default: 'models/digits.safetensors' },
  },
})
const params = {
  lr: Number(values.lr),
  hidden: Number(values.hidden),
  epochs: Number(values.epochs),
  seed: Number(values.seed),
  batch: 16,
}
const random = seededRandom(params.seed)
const { train, test } = loadDigits(random, 2000, 500)
const fresh = makeModel(784, params.hidden, 10)
const model = values.from === undefined ? fresh : decodeSafetensors(readFileSync(values.from))

const run = await startRun({ params })
if (params.epochs === 0) {
  const accuracy = evaluate(model, test)
  run.log({ 'val/acc': accuracy })
  process.stderr.write(`acc ${accuracy.toFixed(3)}\n`)
}
for (let epoch = 1; epoch <= params.epochs; epoch++) {
  const loss = trainEpoch(model, shuffle(train, random), params.lr, params.batch)
  const accuracy = evaluate(model, test)
  run.log({ 'train/loss': loss, 'val/acc': accuracy }, { step: epoch })
  process.stderr.write(
    `epoch ${epoch}/${params.epochs}  loss ${loss.toFixed(3)}  acc ${accuracy.toFixed(3)}\n`,
  )
}
if (params.epochs > 0) {
  mkdirSync('models', { recursive: true })
  writeFileSync(values.out, encodeSafetensors(model, { format: 'pt', seed: String(params.seed) }))
  await run.output(values.out)
}
await run.finish()

function loadDigits(random, trainCount, testCount) {
  const require = createRequire(import.meta.url)
  const digits = []
  for (let label = 0; label < 10; label++) {
    // A thousand digits of each kind, 28 by 28 pixels from 0 to 1.
    const { data } = require(`mnist/src/digits/${label}.json`)
    const count = Math.min(Math.floor(data.length / 784), Math.ceil((trainCount + testCount) / 10))
    for (let index = 0; index < count; index++) {
      digits.push({ input: Float32Array.from(data.slice(index * 784, (index + 1) * 784)), label })
    }
  }
  const mixed = shuffle(digits, random)
  return { train: mixed.slice(0, trainCount), test: mixed.slice(trainCount, trainCount + testCount) }
}

function makeModel(inputs, hidden, outputs) {
  const layer = (rows, columns) => {
    const bound = Math.sqrt(6 / (rows + columns))
    return Float32Array.from({ length: rows * columns }, () => (random() * 2 - 1) * bound)
  }
  return {
    'hidden.weight': { shape: [hidden, inputs], data: layer(hidden, inputs) },
    'hidden.bias': { shape: [hidden], data: new Float32Array(hidden) },
    'output.weight': { shape: [outputs, hidden], data: layer(outputs, hidden) },
    'output.bias': { shape: [outputs], data: new Float32Array(outputs) },
  }
}

function forward(model, input) {
  const hidden = linear(model['hidden.weight'], model['hidden.bias'], input).map((value) =>
    Math.max(0, value),
  )
  const scores = linear(model['output.weight'], model['output.bias'], hidden)
  const top = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - top))
  const sum = powers.reduce((total, power) => total + power, 0)
  return { hidden, probabilities: powers.map((power) => power / sum) }
}

function linear({ shape: [rows, columns], data }, bias, input) {
  const output = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = bias.data[row]
    for (let column = 0; column < columns; column++) sum += data[row * columns + column] * input[column]
    output[row] = sum
  }
  return output
}

// Plain stochastic gradient descent on the cross-entropy, in small batches.
function trainEpoch(model, samples, lr, batch) {
  let loss = 0
  for (let at = 0; at < samples.length; at += batch) {
    const part = samples.slice(at, at + batch)
    const rate = lr / part.length
    const passes = part.map((sample) => ({ sample, ...forward(model, sample.input) }))
    for (const { sample, hidden, probabilities } of passes) {
      loss -= Math.log(Math.max(probabilities[sample.label], 1e-9))
      descend(model, sample, hidden, probabilities, rate)
    }
  }
  return loss / samples.length
}

function descend(model, { input, label }, hidden, probabilities, rate) {
  const output = model['output.weight'].data
  const back = new Float32Array(hidden.length)
  for (let row = 0; row < probabilities.length; row++) {
    const error = probabilities[row] - (row === label ? 1 : 0)
    model['output.bias'].data[row] -= rate * error
    for (let column = 0; column < hidden.length; column++) {
      back[column] += error * output[row * hidden.length + column]
      output[row * hidden.length + column] -= rate * error * hidden[column]
    }
  }
  const weights = model['hidden.weight'].data
  for (let row = 0; row < hidden.length; row++) {
    if (hidden[row] <= 0) continue
    model['hidden.bias'].data[row] -= rate * back[row]
    for (let column = 0; column < input.length; column++) {
      if (input[column] !== 0) weights[row * input.length + column] -= rate * back[row] * input[column]
    }
  }
}

function evaluate(model, samples) {
  const right = samples.filter(({ input, label }) => {
    const { probabilities } = forward(model, input)
    return probabilities.indexOf(Math.max(...probabilities)) === label
  })
  return right.length / samples.length
}

function shuffle(items, random) {
  const mixed = [...items]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other], mixed[at]]
  }
  return mixed
}

// mulberry32: the same seed gives the same training on every machine.
function seededRandom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
