import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Environment } from '../domain/run.ts'
import { runProbe, type Probe } from './run-probe.ts'

const QUERY = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader']

/** Describes the NVIDIA GPUs of the machine, where `nvidia-smi` is on the path. */
export async function describeGpu(probe: Probe): Promise<Environment> {
  // Windows spells the variable in many ways.
  if (process.platform !== 'win32' && !isOnPath('nvidia-smi', probe.env['PATH'])) return {}
  const lines = (await runProbe(probe, 'nvidia-smi', QUERY))?.trim().split('\n') ?? []
  const cards = lines.map((line) => line.split(',').map((field) => field.trim()))
  const [name, memory, driver] = cards[0] ?? []
  if (name === undefined || memory === undefined || driver === undefined) return {}
  const names = [...new Set(cards.map(([card]) => card))].join(', ')
  return { gpu: names, gpus: cards.length, gpu_memory: memory, gpu_driver: driver }
}

// To look takes a fraction of what it takes to start a process that is not there.
function isOnPath(program: string, folders = ''): boolean {
  return folders
    .split(path.delimiter)
    .some((folder) => folder !== '' && existsSync(path.join(folder, program)))
}
