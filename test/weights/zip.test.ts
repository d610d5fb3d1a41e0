import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/weights/byte-source.ts'
import { openMember, readMember, readMemberHead } from '../../src/weights/zip/read-member.ts'
import { openZip } from '../../src/weights/zip/zip-archive.ts'
import { ZipDamage } from '../../src/weights/zip/zip-damage.ts'
import { zipOf, type TestMember } from './zip-file.ts'

const open = (bytes: Uint8Array): ReturnType<typeof openZip> => openZip(bytesSource(bytes))
const plain: TestMember = { name: 'a', content: 'hello' }

test('members come out as they went in', () => {
  const member = fc.record({ content: fc.uint8Array({ maxLength: 3000 }), packed: fc.boolean() })
  fc.assert(
    fc.property(fc.array(member, { maxLength: 5 }), (members) => {
      const archive = open(zipOf(members.map((each, at) => ({ ...each, name: `m/${at}` }))))
      expect(archive.members.map((each) => readMember(archive, each, 3000))).toEqual(
        members.map(({ content }) => Buffer.from(content)),
      )
      expect(archive.members.map((each) => readMemberHead(archive, each).subarray(0, 3000))).toEqual(
        members.map(({ content }) => Buffer.from(content)),
      )
    }),
    { numRuns: 50 },
  )
})

test.each<[string, Uint8Array, RegExp]>([
  ['an encrypted member', zipOf([{ ...plain, flags: 1 }]), /"a" is encrypted/],
  ['an encrypted directory', zipOf([{ ...plain, flags: 0x2000 }]), /encrypted|odd flags/],
  ['odd flags', zipOf([{ ...plain, flags: 0x20 }]), /odd flags: 0x20/],
  ['two members of one name', zipOf([plain, plain]), /two members "a"/],
  [
    'another name in the local header',
    zipOf([{ ...plain, local: { name: 'b' } }]),
    /disagree about its name/,
  ],
  ['another size there', zipOf([{ ...plain, local: { size: 4 } }]), /disagree about its size/],
  ['another checksum there', zipOf([{ ...plain, local: { crc: 4 } }]), /disagree about its checksum/],
  ['other flags there', zipOf([{ ...plain, local: { flags: 2 } }]), /disagree about its flags/],
  ['something behind its end', Buffer.concat([zipOf([plain]), Buffer.from('x')]), /follows its end/],
  ['a broken end', zipOf([plain]).subarray(0, -1), /no end/],
  ['no end', zipOf([plain]).subarray(0, -30), /no end/],
  [
    'something between directory and end',
    insertBeforeEnd(zipOf([plain])),
    /does not end where its end begins/,
  ],
])('%s is refused', (_, bytes, message) => {
  expect(() => open(bytes)).toThrow(ZipDamage)
  expect(() => open(bytes)).toThrow(message)
})

test('a bomb is not unpacked', () => {
  const bomb = zipOf([{ name: 'bomb', content: Buffer.alloc(100_000_000), packed: true }])
  const archive = open(bomb)
  expect(() => openMember(archive, archive.members[0]!)).toThrow(/too large to unpack: 100000000 bytes/)
  expect(readMemberHead(archive, archive.members[0]!).length).toBeLessThan(5_000_000)
  const liar = open(zipOf([{ name: 'bomb', content: Buffer.alloc(10_000_000), packed: true, size: 10 }]))
  expect(() => openMember(liar, liar.members[0]!)).toThrow(/cannot be unpacked/)
})

test('content is compared with its checksum', () => {
  const bytes = zipOf([{ ...plain, packed: false }])
  bytes[bytes.indexOf('hello')] = 0x48
  const archive = open(bytes)
  expect(() => readMember(archive, archive.members[0]!, 100)).toThrow(/checksum/)
})

test('whatever is changed, it is read or refused', () => {
  const bytes = zipOf([plain, { name: 'b', content: 'x'.repeat(100), packed: true }])
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const changed = Buffer.from(bytes)
      changed[at] = byte
      try {
        const archive = open(changed)
        for (const member of archive.members) readMember(archive, member, 1000)
      } catch (error) {
        expect(error).toBeInstanceOf(ZipDamage)
      }
    }),
    { numRuns: 2000 },
  )
})

function insertBeforeEnd(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, -22), Buffer.from('gap'), bytes.subarray(-22)])
}
