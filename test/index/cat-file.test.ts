import { describe, expect, it } from 'vitest'
import { askCatFile } from '../../src/git/cat-file.ts'
import { readObjects, statObjects } from '../../src/git/read-objects.ts'
import { streamObjects } from '../../src/git/stream-objects.ts'
import { gitdir } from '../support/repo.ts'

describe('git cat-file', () => {
  it('answers many questions at once, each with its own, and sees what comes after it was started', async () => {
    const repo = await gitdir({ a: 'one' })
    const root = { root: repo.dir }
    const ask = async (name: string): Promise<string | undefined> =>
      (await readObjects(root, [name]))[0]?.content.toString()
    expect(await Promise.all(['HEAD:a', 'HEAD:b', 'nowhere', 'HEAD:a\nHEAD'].map(ask))).toEqual([
      'one',
      undefined,
      undefined,
      undefined,
    ])
    const large = 'x'.repeat(200_000)
    await repo.commit({ a: 'two', b: large })
    await repo.git('gc', '--quiet')
    const names = Array.from({ length: 2500 }, (_, index) =>
      index % 5 === 0 ? 'HEAD:none' : `HEAD:${'ab'[index % 2]}`,
    )
    const seen: string[] = []
    await Promise.all([
      streamObjects(root, names, 3, (index, content, size) => {
        seen[index] = `${content.toString()} ${size}`
      }),
      statObjects(root, ['HEAD:b']).then(([stat]) =>
        expect(stat).toMatchObject({ type: 'blob', size: 200_000 }),
      ),
    ])
    const wanted = names.map((name) =>
      name === 'HEAD:none' ? undefined : name === 'HEAD:a' ? 'two 3' : 'xxx 200000',
    )
    expect(Array.from({ length: names.length }, (_, index) => seen[index])).toEqual(wanted)
  })

  it('that fails at one question answers the others', async () => {
    const repo = await gitdir({ a: 'one' })
    const root = { root: repo.dir }
    // Git ends at a branch that has no upstream, and at a command that it does not know.
    const answers = await Promise.allSettled([
      statObjects(root, ['HEAD:a']),
      statObjects(root, ['HEAD@{upstream}']),
      askCatFile(repo.dir, ['nonsense'], () => true),
      statObjects(root, ['HEAD:a']),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    await expect(statObjects({ root: repo.path('gone') }, ['HEAD'])).rejects.toMatchObject({
      code: 'git-missing',
    })
  })

  it('sees what is staged, each time', async () => {
    const repo = await gitdir({ a: 'one' })
    for (const text of ['two', 'three']) {
      await repo.write('a', text)
      await repo.git('add', 'a')
      const [staged] = await readObjects({ root: repo.dir }, [':a'])
      expect(staged?.content.toString()).toBe(text)
    }
  })
})
