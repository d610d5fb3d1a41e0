import type { ByteSource } from '../byte-source.ts'
import { openMember, readMember } from '../zip/read-member.ts'
import { openZip, type ZipArchive } from '../zip/zip-archive.ts'
import type { ZipMember } from '../zip/zip-member.ts'
import { quoteName, ZipDamage } from '../zip/zip-damage.ts'
import { listTensors, storagesOf, type NamedTensor } from './list-tensors.ts'
import { contentOf, type PickleContent } from './pickle-content.ts'
import { placeTensor } from './place-tensor.ts'
import { runPickle } from './run-pickle.ts'
import { torchItemSize } from './torch-dtypes.ts'
import type { PickleStorage } from './value.ts'

/** A PyTorch archive, and the members that its tensors account for. */
export interface PytorchArchive extends PickleContent {
  archive: ZipArchive
  /** Names of the pickle and of the storages. */
  known: ReadonlySet<string>
}

/**
 * Reads what `torch.save` writes: a zip of `NAME/data.pkl` and one member `NAME/data/KEY` for each storage
 * (torch/serialization.py, `_save`).
 *
 * @throws ZipDamage.
 */
export function readPytorch(source: ByteSource): PytorchArchive {
  const archive = openZip(source)
  const pickle = archive.members.find(({ name }) => /(^|\/)data\.pkl$/.test(name))
  if (pickle === undefined) throw new ZipDamage('it has no data.pkl')
  const folder = pickle.name.slice(0, -'data.pkl'.length)
  const reading = runPickleMember(archive, pickle)
  const { tensors: named, tooMuch } = listTensors(reading)
  const { places, known, problem } = placeStorages(archive, folder, named)
  const tensors = named.map((tensor) => placeTensor(tensor, places))
  return {
    ...contentOf([reading], tensors, { damage: problem, tooMuch }),
    archive,
    known: new Set([pickle.name, ...known]),
  }
}

function runPickleMember(archive: ZipArchive, member: ZipMember): ReturnType<typeof runPickle> {
  const content = openMember(archive, member)
  const reading = runPickle(content)
  const rest = content.size - reading.end
  if (reading.root === undefined || rest === 0 || reading.doubt !== undefined) return reading
  return { ...reading, doubt: `${rest} bytes follow the end of ${quoteName(member.name)}` }
}

interface Places {
  places: Map<string, number | undefined>
  known: string[]
  problem?: string
}

function placeStorages(archive: ZipArchive, folder: string, tensors: readonly NamedTensor[]): Places {
  const members = new Map(archive.members.map((member) => [member.name, member]))
  const isLittle = isLittleEndian(archive, members.get(`${folder}byteorder`))
  const found: Places = { places: new Map(), known: [] }
  for (const storage of storagesOf(tensors).values()) {
    const member = members.get(`${folder}data/${storage.key}`)
    const size = storage.length * torchItemSize(storage.dtype)
    if (member?.size !== size) found.problem ??= mismatch(storage, size, member)
    else {
      found.known.push(member.name)
      found.places.set(storage.key, member.method === 'stored' && isLittle ? member.dataStart : undefined)
    }
  }
  return found
}

function isLittleEndian(archive: ZipArchive, member: ZipMember | undefined): boolean {
  return member === undefined || readMember(archive, member, 16).toString('latin1').trim() !== 'big'
}

function mismatch(storage: PickleStorage, size: number, member: ZipMember | undefined): string {
  const name = quoteName(storage.key)
  if (member === undefined) return `the content of its storage ${name} is missing`
  return `its storage ${name} has ${member.size} bytes and says ${size}`
}
