import { isModelError } from '../../domain/errors.ts'
import { withFile, type ByteSource } from '../byte-source.ts'
import { classifySource } from '../classify.ts'
import { readBare } from '../pickle/read-bare.ts'
import { readPytorchLegacy } from '../pickle/read-pytorch-legacy.ts'
import { FlatDamage } from '../flat-table.ts'
import { Hdf5Damage } from '../hdf5/damage.ts'
import { WireDamage } from '../protobuf/walk-message.ts'
import { readOnnx } from '../read-onnx.ts'
import { NpyDamage, readNpyHeader } from '../read-npy.ts'
import { readTflite } from '../read-tflite.ts'
import { readerFailure } from '../reader-failure.ts'
import type { WeightFormat } from '../weight-format.ts'
import { ZipDamage } from '../zip/zip-damage.ts'
import { checkDisguise } from './check-disguise.ts'
import { checkHdf5, checkKeras } from './check-keras.ts'
import { checkSavedModel } from './check-savedmodel.ts'
import { checkPytorch, checkZip, type CheckMember } from './check-zip.ts'
import { checkUnknown } from './check-unknown.ts'
import {
  joinChecks,
  judgePickle,
  noPickle,
  unreadable,
  type PartCheck,
  type WeightsCheck,
} from './weights-check.ts'

/**
 * Tells what a weight file would run when it is loaded, without loading it. Never throws for what the file holds.
 *
 * @param content - its bytes, or the path of a file.
 * @param name - the file's name, for formats without a mark of their own; by default the path.
 */
export function checkWeights(content: ByteSource | string, name?: string): WeightsCheck {
  if (typeof content === 'string')
    return withFile(content, (source) => checkSource(source, name ?? content, 0), name ?? content)
  return checkSource(content, name ?? '', 0)
}

// What readers throw for content that breaks its format's rules.
const DAMAGES = [ZipDamage, NpyDamage, WireDamage, FlatDamage, Hdf5Damage]
const MAX_DEPTH = 3

function checkSource(source: ByteSource, name: string, depth: number): WeightsCheck {
  const format = classifySource(source, name)
  if (depth > MAX_DEPTH) return { format, ...unreadable('it holds archives within archives within archives') }
  const checkMember: CheckMember = (member, memberName) => checkSource(member, memberName, depth + 1)
  return { format, ...checkDamaged(format, () => checkAs(format, source, name, checkMember)) }
}

// Archives and pickles are looked through as what they are.
const LOOKED_THROUGH: ReadonlySet<WeightFormat> = new Set<WeightFormat>([
  'pickle',
  'pytorch',
  'pytorch-legacy',
  'torchscript',
  'torch-archive',
  'keras',
  'npz',
  'zip',
])

function checkAs(
  format: WeightFormat,
  source: ByteSource,
  name: string,
  checkMember: CheckMember,
): PartCheck {
  const check = checkFormat(format, source, name, checkMember)
  const disguise = LOOKED_THROUGH.has(format) ? undefined : checkDisguise(source)
  return disguise === undefined ? check : joinChecks([check, disguise])
}

function checkDamaged(format: WeightFormat, check: () => PartCheck): PartCheck {
  try {
    return check()
  } catch (error) {
    const isDamage = DAMAGES.some((kind) => error instanceof kind) || isModelError(error, 'weights-invalid')
    if (isDamage) return unreadable((error as Error).message)
    const failure = readerFailure(error, format)
    if (failure !== undefined) return unreadable(failure)
    throw error
  }
}

function checkNpy(source: ByteSource): PartCheck {
  const { dtype, dataStart } = readNpyHeader(source)
  return dtype === 'object' ? judgePickle(readBare(source, dataStart)) : noPickle()
}

function checkFormat(
  format: WeightFormat,
  source: ByteSource,
  name: string,
  checkMember: CheckMember,
): PartCheck {
  switch (format) {
    case 'pickle':
      return judgePickle(readBare(source))
    case 'pytorch-legacy':
      return judgePickle(readPytorchLegacy(source))
    case 'npy':
    case 'npy-object':
      return checkNpy(source)
    case 'pytorch':
      return checkPytorch(source, checkMember)
    case 'torchscript':
      return joinChecks([checkZip(source, checkMember), unreadable('it is a TorchScript program')])
    case 'keras':
      return checkKeras(source, checkMember)
    case 'hdf5':
      return checkHdf5(source)
    case 'npz':
    case 'torch-archive':
    case 'zip':
      return checkZip(source, checkMember)
    case 'tar':
      return unreadable('it is a tar archive, in which nothing is looked at')
    case 'onnx':
      return noPickle(readOnnx(source).customOperators.map((operator) => `the custom operator ${operator}`))
    case 'tflite':
      return noPickle(readTflite(source).customOperators.map((operator) => `the custom operator ${operator}`))
    case 'savedmodel':
      return checkSavedModel(source)
    case 'unknown':
      return checkUnknown(source, name)
    default:
      return noPickle()
  }
}
