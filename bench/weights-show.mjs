// npm run bench:weights-show: a file's size must not show in how long it takes to look inside.
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeEnvironment, peakMemory, print, program, row, run, timed } from './support.mjs'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9)
const SMALL = 1_000_000
const LARGE = 4_000_000_000
const TENSORS = 50
const folder = mkdtempSync(path.join(tmpdir(), 'git-model-bench-'))
const env = makeEnvironment(folder)

try {
  print([measure('safetensors', safetensorsHeader), measure('gguf', ggufHeader), measure('npy', npyHeader)])
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function measure(format, headerOf) {
  const [large, small] = [LARGE, SMALL].map((bytes) => writeFile(format, headerOf(bytes), bytes))
  const times = [[], []]
  for (let round = -1; round < ROUNDS; round++) {
    const pair = [large, small].map((file) =>
      timed(() => run(process.execPath, [program, 'weights', 'show', file], { cwd: folder, env })),
    )
    if (round >= 0) for (const [index, time] of pair.entries()) times[index].push(time)
  }
  const peak = peakMemory(['weights', 'show', large], { cwd: folder, env, folder })
  const what = `weights show of 4 GB of ${format}`
  return row(
    what,
    'the same of 1 MB',
    times[0],
    times[1],
    1.2,
    `peak memory ${peak.toFixed(0)} MB, goal < 300 MB`,
  )
}

// The data are a hole: they are not read, and would only fill the disk.
function writeFile(format, header, bytes) {
  const file = path.join(folder, `${bytes}.${format}`)
  const descriptor = openSync(file, 'w')
  writeSync(descriptor, header)
  ftruncateSync(descriptor, header.length + bytes)
  closeSync(descriptor)
  return file
}

function safetensorsHeader(bytes) {
  const each = bytes / TENSORS
  const tensors = Array.from({ length: TENSORS }, (_, index) => [
    `layers.${index}.weight`,
    { dtype: 'F32', shape: [each / 4], data_offsets: [index * each, (index + 1) * each] },
  ])
  const text = Buffer.from(JSON.stringify(Object.fromEntries(tensors)))
  return Buffer.concat([u64(text.length), text])
}

function ggufHeader(bytes) {
  const each = bytes / TENSORS
  const infos = Array.from({ length: TENSORS }, (_, index) => {
    const name = Buffer.from(`blk.${index}.weight`)
    return Buffer.concat([u64(name.length), name, u32(1), u64(each / 4), u32(0), u64(index * each)])
  })
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(TENSORS), u64(0), ...infos])
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32)])
}

function npyHeader(bytes) {
  const text = Buffer.from(`{'descr': '<f4', 'fortran_order': False, 'shape': (${bytes / 4},), }`)
  return Buffer.concat([Buffer.from('\u0093NUMPY\u0001\0', 'latin1'), Buffer.from([text.length, 0]), text])
}

function u32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
