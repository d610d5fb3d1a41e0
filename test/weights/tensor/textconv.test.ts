import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gitdir, type TestRepo } from '../../support/repo.ts'
import { f32, tensorFile } from './tensor-file.ts'

async function twoVersions(): Promise<TestRepo> {
  const repo = await gitdir({})
  await repo.model('init')
  const same = f32([1, 2, 3])
  await repo.commit({ 'm.safetensors': tensorFile({ 'l.10.w': f32([3, 4]), 'l.2.w': same }) }, 'one')
  await repo.commit({ 'm.safetensors': tensorFile({ 'l.10.w': f32([5, 12]), 'l.2.w': same }) }, 'two')
  return repo
}

const changedLines = (text: string): string[] => text.split('\n').filter((line) => /^[-+](?![-+])/.test(line))

describe('git diff of weights', () => {
  it('has a line for each tensor that moved, in log -p and show too', async () => {
    const repo = await twoVersions()
    const moved = [
      expect.stringMatching(/^-l\.10\.w F32 \[2\] norm 5\.00000 sha256:[0-9a-f]{12}$/),
      expect.stringMatching(/^\+l\.10\.w F32 \[2\] norm 13\.0000 sha256:[0-9a-f]{12}$/),
    ]
    for (const args of [['diff', 'HEAD~1'], ['show'], ['log', '-p', '-1']])
      expect(changedLines(await repo.git(...args)), args.join(' ')).toEqual(moved)
    await repo.write('m.safetensors', tensorFile({ 'l.10.w': f32([5, 12]), 'l.2.w': f32([0, 0, NaN]) }))
    expect(changedLines(await repo.git('diff'))).toEqual([
      expect.stringContaining('-l.2.w'),
      expect.stringMatching(/^\+l\.2\.w F32 \[3\] norm 0\.00000 1 NaN or infinite sha256:/),
    ])
  })

  it('reads the store where git passes pointers, and tells the pointer where nothing is there', async () => {
    const repo = await twoVersions()
    const skip = { env: { GIT_LFS_SKIP_SMUDGE: '1' } }
    const here = await repo.exec('git', ['show'], skip)
    expect(changedLines(here.stdout)).toHaveLength(2)
    rmSync(repo.path('.git/lfs'), { recursive: true })
    rmSync(repo.path('.git/model'), { recursive: true, force: true })
    const gone = await repo.exec('git', ['show'], skip)
    expect(gone.stdout).toContain('the content is not here: git lfs pull')
    expect(changedLines(gone.stdout)).toEqual([
      expect.stringMatching(/^-sha256:[0-9a-f]{64}, \d+ bytes$/),
      expect.stringMatching(/^\+sha256:[0-9a-f]{64}, \d+ bytes$/),
    ])
  })

  it('does not fail on what is no model, is damaged, or has names that act on a terminal', async () => {
    const repo = await twoVersions()
    await repo.write('m.safetensors', tensorFile({ '\u001b[31mred': f32([1]) }).subarray(0, -2))
    expect(await repo.git('diff')).toContain('is not a valid safetensors file')
    await repo.write('m.safetensors', 'no model')
    expect(await repo.git('diff')).toMatch(/^\+sha256:[0-9a-f]{64}, 8 bytes$/m)
    await repo.write('m.safetensors', tensorFile({ '\u001b[31mred\n+fake': f32([1]) }))
    expect(await repo.git('diff')).toContain('+\\x1b[31mred\\n+fake F32 [1]')
  })

  it('is set up by init, checked by doctor, and gone after init --remove', async () => {
    const repo = await twoVersions()
    expect(await repo.git('config', 'diff.git-model.textconv')).toContain('hook textconv')
    await repo.git('config', '--unset', 'diff.git-model.textconv')
    const ill = await repo.model('doctor')
    expect([ill.exitCode, ill.stdout]).toEqual([1, expect.stringContaining('diff.git-model.textconv')])
    expect((await repo.model('doctor', '--fix')).exitCode).toBe(0)
    expect(changedLines(await repo.git('show'))).toHaveLength(2)
    await repo.model('init', '--remove')
    expect(await repo.git('config', '--list', '--local')).not.toContain('git-model')
    expect(await repo.git('show')).toContain('version https://git-lfs')
  })

  it('gives a pattern that git lfs track wrote the drivers when it is asked to', async () => {
    const repo = await gitdir({ '.gitattributes': 'a.bin filter=lfs diff=lfs merge=lfs -text\n*.txt text\n' })
    await repo.model('weights', 'track', 'a.bin')
    expect(await repo.read('.gitattributes')).toBe(
      'a.bin filter=lfs diff=git-model merge=git-model -text\n*.txt text\n',
    )
  })
})
