import type { ByteSource } from '../byte-source.ts'
import { TensorNames } from '../tensor-names.ts'
import type { TensorView } from '../weights-view.ts'
import { hasHiddenAttributes, readTexts } from './attribute.ts'
import { Hdf5Damage } from './damage.ts'
import { readDataset } from './dataset.ts'
import { readGroup } from './group.ts'
import { MeteredSource } from './metered-source.ts'
import { readObjectHeader } from './object-header.ts'
import { readRoot } from './superblock.ts'

/** What an HDF5 file holds. */
export interface Hdf5Content {
  /** Its datasets, by their path. */
  tensors: TensorView[]
  /** The root's attributes that are texts. */
  texts: Map<string, string>
  /** Whether the root has more attributes, kept in a way that is not read here. */
  hasHiddenTexts: boolean
  warnings: string[]
}

const MAX_OBJECTS = 200_000
const MAX_DEPTH = 64

/**
 * Reads groups, datasets and texts of an HDF5 file, and none of its data (HDF5 File Format Specification, version 3).
 * Groups that keep their members in a fractal heap (more than eight of them, written with `libver="latest"`) are
 * named in a warning.
 *
 * @param budget - how much may be read, in bytes.
 * @throws Hdf5Damage.
 */
export function readHdf5(file: ByteSource, budget?: number): Hdf5Content {
  const source = new MeteredSource(file, budget)
  const found: Hdf5Content = { tensors: [], texts: new Map(), hasHiddenTexts: false, warnings: [] }
  // A group can be a member of itself; a dataset can have two names.
  const groups = new Set<number>()
  const names = new TensorNames('/', (why) => new Hdf5Damage(why))
  let objects = 0
  const visit = (address: number, name: string, depth: number): void => {
    objects += 1
    if (objects > MAX_OBJECTS) throw new Hdf5Damage(`it has more than ${MAX_OBJECTS} objects`)
    if (depth > MAX_DEPTH || groups.has(address)) return
    const messages = readObjectHeader(source, address)
    if (depth === 0) {
      found.texts = readTexts(source, messages)
      found.hasHiddenTexts = hasHiddenAttributes(messages)
    }
    const dataset = readDataset(messages, name, source.size)
    if (dataset !== undefined) {
      names.keep(name)
      return void found.tensors.push(dataset)
    }
    const group = readGroup(source, messages)
    if (group === undefined) return
    groups.add(address)
    if (group.isDense)
      found.warnings.push(
        `the members of the group "/${names.keep(name)}" are kept in a way that is not read here`,
      )
    for (const each of group.outside)
      found.warnings.push(`"${each}" is a link into another file, which was not followed`)
    for (const [member, at] of group.addresses) visit(at, names.join(name, member), depth + 1)
  }
  visit(readRoot(source), '', 0)
  return found
}
