import type { ByteSource } from '../byte-source.ts'
import { readHdf5 } from '../hdf5/read-hdf5.ts'
import { tooMuchJson } from '../json-shape.ts'
import { readMember } from '../zip/read-member.ts'
import { openZip } from '../zip/zip-archive.ts'
import { findKerasCode } from './keras-code.ts'
import { checkZip, type CheckMember } from './check-zip.ts'
import { joinChecks, noPickle, unreadable, type PartCheck } from './weights-check.ts'

const MAX_CONFIG = 2 ** 24

/** Checks a Keras 3 file: its configuration, and every member. @throws ZipDamage. */
export function checkKeras(source: ByteSource, checkMember: CheckMember): PartCheck {
  const archive = openZip(source)
  const configs = archive.members.filter(({ name }) => name === 'config.json')
  const texts = configs.map((member) => readMember(archive, member, MAX_CONFIG).toString('utf8'))
  return joinChecks([...texts.map(checkConfig), checkZip(source, checkMember)])
}

/** Checks an HDF5 file: the configuration of a Keras model, where it has one. @throws Hdf5Damage. */
export function checkHdf5(source: ByteSource): PartCheck {
  const { texts, hasHiddenTexts } = readHdf5(source)
  const config = texts.get('model_config')
  if (config !== undefined) return checkConfig(config)
  return hasHiddenTexts ? unreadable('its attributes are kept in a way that is not read here') : noPickle()
}

function checkConfig(text: string): PartCheck {
  const tooMuch = tooMuchJson(Buffer.from(text))
  if (tooMuch !== undefined) return unreadable(tooMuch)
  try {
    return noPickle(findKerasCode(JSON.parse(text)))
  } catch {
    return unreadable('its configuration is not JSON')
  }
}
