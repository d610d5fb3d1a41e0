import type { ByteSource } from '../byte-source.ts'
import { classify } from '../classify.ts'
import { readPytorch } from '../pickle/read-pytorch.ts'
import { openMember, readMemberHead } from '../zip/read-member.ts'
import { openZip, type ZipArchive } from '../zip/zip-archive.ts'
import type { ZipMember } from '../zip/zip-member.ts'
import { mayBePickle } from './may-be-pickle.ts'
import { joinChecks, judgePickle, noPickle, type PartCheck } from './weights-check.ts'

/** Checks a member of an archive as a file of its own. */
export type CheckMember = (source: ByteSource, name: string) => PartCheck

/** Checks every member of a zip archive. @throws ZipDamage. */
export function checkZip(source: ByteSource, checkMember: CheckMember): PartCheck {
  return checkMembers(openZip(source), new Set(), checkMember)
}

/** Checks a PyTorch archive: its pickle against its storages, and every member that it does not account for. @throws ZipDamage. */
export function checkPytorch(source: ByteSource, checkMember: CheckMember): PartCheck {
  const content = readPytorch(source)
  return joinChecks([judgePickle(content), checkMembers(content.archive, content.known, checkMember)])
}

function checkMembers(archive: ZipArchive, known: ReadonlySet<string>, checkMember: CheckMember): PartCheck {
  const members = archive.members.filter((member) => !known.has(member.name) && isSuspect(archive, member))
  return joinChecks([
    noPickle(),
    ...members.map((member) => checkMember(openMember(archive, member), member.name)),
  ])
}

const SMALL = 2 ** 20

// What is large, packed, and neither has a mark nor begins as a pickle does, is bare numbers: it is not unpacked.
function isSuspect(archive: ZipArchive, member: ZipMember): boolean {
  if (member.size <= SMALL || member.method === 'stored') return true
  const head = readMemberHead(archive, member)
  return classify(head, member.name) !== 'unknown' || mayBePickle(head, member.size)
}
