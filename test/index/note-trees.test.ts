import fc from 'fast-check'
import { expect, it } from 'vitest'
import { diffNoteTrees } from '../../src/git/diff-note-trees.ts'
import { openRepository } from '../../src/git/repository.ts'
import { gitdir, type TestRepo } from '../support/repo.ts'

// Few digits, so that trees share names, and entries end alike.
const digits = fc
  .array(fc.constantFrom('0', 'a', 'b'), { minLength: 3, maxLength: 3 })
  .map((few) => few.join('').padEnd(40, '7'))
const place = fc.tuple(digits, fc.constantFrom('', '/', '//')).map(([name, fanOut]) => {
  if (fanOut === '') return name
  return fanOut === '/'
    ? `${name.slice(0, 2)}/${name.slice(2)}`
    : `${name.slice(0, 2)}/${name.slice(2, 4)}/${name.slice(4)}`
})
const strange = fc.constantFrom('README', 'a/no note', '100644 aa', 'zz/100644 07')
const files = fc.dictionary(
  fc.oneof({ weight: 8, arbitrary: place }, { weight: 1, arbitrary: strange }),
  fc.constantFrom('1', '2', '3'),
  {
    maxKeys: 14,
  },
)

it('differ where their notes differ, and nowhere else', async () => {
  const dir = await gitdir()
  const repo = await openRepository({ cwd: dir.dir, env: process.env, now: Date.now })
  await fc.assert(
    fc.asyncProperty(files, files, fc.boolean(), async (first, second, isEdit) => {
      const [from, to] = [
        await writeTree(dir, first),
        await writeTree(dir, isEdit ? { ...first, ...second } : second),
      ]
      const [before, after] = [await listNotes(dir, from), await listNotes(dir, to)]
      const wanted = [...new Set([...before.keys(), ...after.keys()])]
        .filter((path) => before.get(path) !== after.get(path))
        .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
      const found = await diffNoteTrees(repo, from, to)
      expect(new Set(found)).toEqual(new Set(wanted))
      expect(found).toHaveLength(wanted.length)
    }),
    { numRuns: 15 },
  )
})

async function writeTree(dir: TestRepo, texts: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.entries(texts).map(
    ([path, text]) => `M 100644 inline ${JSON.stringify(path)}\ndata 1\n${text}\n`,
  )
  const input = `commit refs/heads/made\ncommitter A <a@example.org> 1 +0000\ndata 0\ndeleteall\n${lines.join('')}\n`
  const ran = await dir.exec('git', ['fast-import', '--quiet', '--force'], { input })
  if (ran.exitCode !== 0) throw new Error(ran.stderr)
  return dir.git('rev-parse', 'refs/heads/made')
}

async function listNotes(dir: TestRepo, commit: string): Promise<Map<string, string>> {
  const lines = (await dir.git('ls-tree', '-r', '--full-tree', commit)).split('\n')
  return new Map(
    lines.flatMap((line) => {
      const [, , oid = '', path = ''] = line.split(/[ \t]/)
      return /^[0-9a-f/]+$/.test(line.slice(line.indexOf('\t') + 1)) && path.replaceAll('/', '').length === 40
        ? [[path, oid]]
        : []
    }),
  )
}
