import path from 'node:path'
import type { ByteSource } from './byte-source.ts'
import { NpyDamage, npyTensor, readNpyHeader } from './read-npy.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { TensorView, WeightsView } from './weights-view.ts'
import { readMemberHead } from './zip/read-member.ts'
import { refuseDamage } from './zip/refuse-damage.ts'
import { openZip, type ZipArchive } from './zip/zip-archive.ts'
import type { ZipMember } from './zip/zip-member.ts'
import { quoteName } from './zip/zip-damage.ts'

/** Views a `.npy` file: one array, named after the file. @throws ModelError `weights-invalid`. */
export function viewNpy(source: ByteSource, name: string): WeightsView {
  const tensor = refuse(name, 'NumPy array', () =>
    npyTensor(readNpyHeader(source), path.basename(name, '.npy'), source.size, 0),
  )
  const format = tensor.dtype === 'object' ? 'npy-object' : 'npy'
  return {
    format,
    size: source.size,
    isListed: true,
    tensors: [tensor],
    metadata: {},
    files: [],
    warnings: [],
  }
}

/** Views a `.npz` file, a zip of `.npy` files. @throws ModelError `weights-invalid`. */
export function viewNpz(source: ByteSource, name: string): WeightsView {
  const tensors = refuseDamage(name, () => {
    const archive = openZip(source)
    return archive.members.map((member) => viewMember(archive, member, name))
  })
  return { format: 'npz', size: source.size, isListed: true, tensors, metadata: {}, files: [], warnings: [] }
}

function viewMember(archive: ZipArchive, member: ZipMember, name: string): TensorView {
  const head = readMemberHead(archive, member)
  const read = (offset: number, length: number): Buffer => head.subarray(offset, offset + length)
  const place = member.method === 'stored' ? member.dataStart : undefined
  return refuse(name, `array ${quoteName(member.name)}`, () =>
    npyTensor(readNpyHeader({ read }), member.name.replace(/\.npy$/, ''), member.size, place),
  )
}

function refuse<T>(name: string, kind: string, task: () => T): T {
  try {
    return task()
  } catch (error) {
    if (error instanceof NpyDamage) throw weightsInvalid(name, kind, error.message)
    throw error
  }
}
