import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Environment } from '../../src/domain/run.ts'
import { captureEnvironment } from '../../src/environment/capture-environment.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'git-model-environment-'))
  await mkdir(path.join(folder, 'bin'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function program(name: string, script: string): Promise<void> {
  await writeFile(path.join(folder, 'bin', name), script)
  await chmod(path.join(folder, 'bin', name), 0o755)
}

async function capture(command: string[], env: Record<string, string> = {}): Promise<Environment> {
  const PATH = `${path.join(folder, 'bin')}${path.delimiter}${process.env['PATH']}`
  return captureEnvironment(command, { cwd: folder, env: { PATH, ...env }, now: () => 0 }, folder)
}

/** A stand-in for Python that answers every question alike, and writes down how it was asked. */
async function fakePython(name = 'python3'): Promise<void> {
  const answer = JSON.stringify(['3.12.1', 'CPython', { torch: '2.5.0', numpy: '2.1.0', zlib: '1' }])
  await program(name, `#!/bin/sh\necho "$@" | head -1 > ${path.join(folder, 'asked')}\necho '${answer}'\n`)
}

describe('captureEnvironment', () => {
  it('describes the machine', async () => {
    expect(await capture(['true'])).toMatchObject({
      os: expect.any(String),
      kernel: expect.stringContaining(os.release()),
      arch: os.arch(),
      cores: expect.any(Number),
      memory_gb: expect.any(Number),
    })
  })

  it('says nothing of who runs it, where, and with what secrets', async () => {
    await fakePython()
    const secrets = {
      HF_TOKEN: 'hf_very_secret',
      HOME: '/home/ada-of-the-test',
      USER: 'ada-of-the-test',
      HOSTNAME: 'ada-laptop',
      CUDA_VERSION: 'hf_very_secret',
    }
    const text = JSON.stringify(await capture(['python3', 'train.py'], secrets))
    for (const word of [...Object.values(secrets), os.hostname(), folder]) expect(text).not.toContain(word)
  })

  it.each([
    ['python3', 'train.py'],
    ['uv', 'run', 'train.py'],
    ['poetry', 'run', 'train'],
    ['conda', 'run', '-n', 'ml', 'python', 'train.py'],
    ['env', 'A=b', 'nice', '-n', '5', 'python3', 'train.py'],
    ['mpirun', '-np', '4', 'python3', 'train.py'],
    ['bash', '-c', 'cd src && python3 train.py'],
    ['train-tool', '--lr', '3'],
  ])('asks the Python of %s %s', async (...command) => {
    await fakePython()
    for (const runner of ['uv', 'poetry', 'conda']) {
      await program(runner, '#!/bin/sh\nwhile [ "$1" != python ]; do shift; done; shift; exec python3 "$@"\n')
    }
    await program('train-tool', '#!/usr/bin/env python3\n')
    expect(await capture(command)).toMatchObject({
      python: '3.12.1',
      torch: '2.5.0',
      numpy: '2.1.0',
      packages: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    })
  })

  it('asks the interpreter of a script in a virtual environment', async () => {
    await fakePython('venv-python')
    await mkdir(path.join(folder, 'bin', 'venv'))
    await writeFile(path.join(folder, 'bin', 'venv', 'python'), `#!/bin/sh\nexec venv-python "$@"\n`)
    await chmod(path.join(folder, 'bin', 'venv', 'python'), 0o755)
    await program('torchrun', `#!${path.join(folder, 'bin', 'venv', 'python')}\n`)
    expect(await capture(['torchrun', 'train.py'])).toMatchObject({ python: '3.12.1' })
  })

  it('does not import what stands in the folder of the command', async () => {
    await writeFile(path.join(folder, 'platform.py'), 'open("imported", "w").close()\nraise SystemExit(1)\n')
    const environment = await capture(['python3', 'train.py'])
    if (environment['python'] !== undefined) expect(environment['python']).toMatch(/^3\./)
    await expect(rm(path.join(folder, 'imported'))).rejects.toThrow('ENOENT')
  })

  it('describes Node and what is installed for it', async () => {
    await writeFile(path.join(folder, 'package-lock.json'), '{}')
    const first = await capture(['node', 'train.mjs'])
    expect(first).toMatchObject({
      node: expect.stringMatching(/^\d+\.\d+\.\d+/),
      packages: expect.stringMatching(/^sha256:/),
    })
    await mkdir(path.join(folder, 'node_modules'))
    await writeFile(path.join(folder, 'node_modules', '.package-lock.json'), '{"a": 1}')
    expect((await capture(['npm', 'run', 'train']))['packages']).not.toBe(first['packages'])
  })

  it('describes GPUs, the container and the CI', async () => {
    const card = 'NVIDIA A100-SXM4-40GB, 40960 MiB, 550.54.15'
    await program('nvidia-smi', `#!/bin/sh\necho '${card}'\necho '${card}'\n`)
    const environment = await capture(['true'], {
      GITHUB_ACTIONS: 'true',
      CUDA_VERSION: '12.4.1',
      SLURM_JOB_ID: '7',
    })
    expect(environment).toMatchObject({
      gpu: 'NVIDIA A100-SXM4-40GB',
      gpus: 2,
      gpu_memory: '40960 MiB',
      cuda: '12.4.1',
      ci: 'GitHub Actions',
      scheduler: 'Slurm',
    })
  })

  it('waits for nothing that hangs, not even for its children, and takes no failure for an error', async () => {
    await program('python3', '#!/bin/sh\nsleep 60 & wait\n')
    await program('nvidia-smi', '#!/bin/sh\nprintf "\\033[31mno devices"\nexit 9\n')
    const start = performance.now()
    const environment = await capture(['python3', 'x.py'])
    expect(performance.now() - start).toBeLessThan(4500)
    expect(environment).not.toHaveProperty('python')
    expect(environment).not.toHaveProperty('gpu')
  })

  it.each([[[]], [['']], [['/none/such', 'x']], [['.']], [['python-that-is-none']]])(
    'takes the command %j',
    async (command) => {
      expect(await capture(command)).toHaveProperty('os')
    },
  )
})
