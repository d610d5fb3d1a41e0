// npm run bench:weights: comparing and merging weights, beside what only reads or copies the same files.
// BENCH_SIZES=0.1,1,4 are the sizes of a file in GB: four times the largest is needed in the folder for temporary files.
// BENCH_DTYPES=F32,BF16, and BENCH_ROUNDS.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeEnvironment, peakMemory, print, program, row, run, timed } from './support.mjs'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const SIZES = (process.env.BENCH_SIZES ?? '0.1,1,4').split(',').map(Number)
const DTYPES = (process.env.BENCH_DTYPES ?? 'F32,BF16').split(',')
const TENSOR_BYTES = 16_000_000
const folder = mkdtempSync(path.join(tmpdir(), 'git-model-bench-'))
const env = makeEnvironment(folder)

try {
  run('git', ['init', '--quiet'], { cwd: folder, env })
  const rows = SIZES.flatMap((size) => DTYPES.flatMap((dtype) => measure(size, dtype)))
  if (process.argv.includes('--json')) print(rows)
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function measure(size, dtype) {
  const count = Math.round((size * 1e9) / TENSOR_BYTES)
  const files = ['before', 'after'].map((name, version) => writeWeights(name, dtype, count, version))
  const [before, after] = files
  const [copy, merged] = ['copy', 'merged'].map((name) => path.join(folder, `${name}.safetensors`))
  const diff = ['weights', 'diff', before, after]
  const merge = ['weights', 'merge', '--force', '--no-card', '--strategy', 'average', merged, before, after]
  const times = { diff: [[], []], merge: [[], []] }
  for (let round = 0; round < ROUNDS; round++) {
    const pairs = {
      diff: [() => model(diff), () => run('sha256sum', files, { cwd: folder, env })],
      merge: [() => model(merge), () => run('cp', [before, copy], { cwd: folder, env })],
    }
    for (const [what, tasks] of Object.entries(pairs)) {
      const taken = tasks.map((task) => timed(task))
      for (const [index, time] of taken.entries()) times[what][index].push(time)
    }
  }
  const memory = (args) =>
    `peak memory ${peakMemory(args, { cwd: folder, env, folder }).toFixed(0)} MB, goal < 300 MB`
  const rows = [
    row(
      `weights diff of two files of ${size} GB, ${dtype}`,
      'sha256sum of both',
      ...times.diff,
      2,
      memory(diff),
    ),
    row(
      `weights merge, average of two files of ${size} GB, ${dtype}`,
      'cp of one',
      ...times.merge,
      4,
      memory(merge),
    ),
  ]
  for (const file of [...files, copy, merged]) rmSync(file)
  if (!process.argv.includes('--json')) print(rows)
  return rows
}

function model(args) {
  run(process.execPath, [program, ...args], { cwd: folder, env })
}

// Each tensor has the numbers in another order, and each number of the second version is a little other.
function writeWeights(name, dtype, count, version) {
  const file = path.join(folder, `${name}.safetensors`)
  const width = dtype === 'F32' ? 4 : 2
  const elements = TENSOR_BYTES / width
  const header = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `layers.${index}.weight`,
      { dtype, shape: [elements], data_offsets: [index * TENSOR_BYTES, (index + 1) * TENSOR_BYTES] },
    ]),
  )
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  const descriptor = openSync(file, 'w')
  writeSync(descriptor, Buffer.concat([length, text]))
  const bytes = makeNumbers(dtype, elements, version)
  for (let tensor = 0; tensor < count; tensor++) {
    const cut = ((tensor * 7919) % elements) * width
    writeSync(descriptor, bytes.subarray(cut))
    writeSync(descriptor, bytes.subarray(0, cut))
  }
  closeSync(descriptor)
  return file
}

function makeNumbers(dtype, elements, version) {
  const numbers = new Float32Array(elements)
  let state = 1
  for (let index = 0; index < elements; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    numbers[index] = (state / 2147483648) * (1 + version * 0.01)
  }
  return dtype === 'F32' ? Buffer.from(numbers.buffer) : upperHalves(numbers)
}

function upperHalves(numbers) {
  const words = new Uint16Array(numbers.buffer)
  return Buffer.from(Uint16Array.from(numbers, (_, index) => words[2 * index + 1]).buffer)
}
