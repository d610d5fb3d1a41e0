import { chmodSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { clone, gitdir, teams, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { formatTranscript } from '../support/transcript.ts'
import { pathWithout } from './path-without.ts'
import { snapshot } from './snapshot.ts'

const program = path.resolve(import.meta.dirname, '../../dist/bin.js')
const REFSPECS = [
  '+refs/notes/model/*:refs/model/remotes/origin/notes/*',
  '+refs/model/runs*:refs/model/remotes/origin/runs*',
]

function writeHook(repo: TestRepo, name: string, body: string): void {
  writeFileSync(repo.path(`.git/hooks/${name}`), body)
  chmodSync(repo.path(`.git/hooks/${name}`), 0o755)
}

describe('git model init', () => {
  test('sets a fresh repository up, and says what it did', async () => {
    const repo = await gitdir()
    const ran = await repo.model('init')
    expect(formatTranscript(ran)).toMatchSnapshot()
    expect(await repo.read('.gitattributes')).toContain(
      '*.safetensors filter=lfs diff=git-model merge=git-model -text\n',
    )
    expect(await repo.git('check-attr', 'filter', 'a/b.onnx')).toBe('a/b.onnx: filter: lfs')
    expect((await repo.model('doctor')).exitCode).toBe(0)
  })

  test('changes nothing the second time, not a byte', async () => {
    const repo = await gitdir()
    await repo.git('remote', 'add', 'origin', temporaryFolder())
    await repo.model('init')
    const before = { git: snapshot(repo.path('.git')), attributes: await repo.read('.gitattributes') }
    const ran = await repo.model('init')
    expect(ran.stderr).toBe('already set up\n')
    expect(snapshot(repo.path('.git'))).toEqual(before.git)
    expect(await repo.read('.gitattributes')).toBe(before.attributes)
  })

  test('keeps the lines of .gitattributes and an existing .gitmodel.yaml', async () => {
    const repo = await gitdir({
      '.gitattributes': '* text=auto\n*.pt filter=lfs -text\n',
      '.gitmodel.yaml': 'snapshot: none\n',
    })
    await repo.model('init', '--preset', 'weights')
    const lines = (await repo.read('.gitattributes')).split('\n')
    expect(lines.slice(0, 2)).toEqual(['* text=auto', '*.pt filter=lfs -text'])
    expect(lines.filter((line) => line.startsWith('*.pt '))).toHaveLength(1)
    expect(await repo.read('.gitmodel.yaml')).toBe('snapshot: none\n')
  })

  test('leaves the choice of patterns to a repository that has made it', async () => {
    const repo = await gitdir({
      '.gitattributes': '*.pt filter=lfs diff=lfs merge=lfs -text\n',
      '.gitmodel.yaml': '{}\n',
    })
    await repo.model('init')
    expect(await repo.git('status', '--porcelain')).toBe('')
  })

  test('adds the fetch refspecs, exactly, and once there is a remote', async () => {
    const repo = await gitdir()
    await repo.model('init')
    expect((await repo.model('init')).stderr).toContain(
      'no remote yet; once there is one: git remote add origin URL && git model init',
    )
    await repo.git('remote', 'add', 'origin', temporaryFolder())
    await repo.model('init')
    expect((await repo.git('config', '--get-all', 'remote.origin.fetch')).split('\n').slice(1)).toEqual(
      REFSPECS,
    )
  })

  test('asks for a name where there are several remotes', async () => {
    const repo = await gitdir()
    await repo.git('remote', 'add', 'one', temporaryFolder())
    await repo.git('remote', 'add', 'two', temporaryFolder())
    expect((await repo.model('init')).stderr).toContain('git model init --remote one')
    await repo.model('init', '--remote', 'two')
    expect(await repo.git('config', '--get-all', 'remote.two.fetch')).toContain(
      'refs/model/remotes/two/notes/*',
    )
    const missing = await repo.model('init', '--remote', 'three')
    expect(missing.stderr).toContain('there is no remote "three"')
    expect(missing.exitCode).toBe(1)
  })

  test('takes a refspec away with which a fetch would destroy notes', async () => {
    const repo = await gitdir()
    await repo.git('remote', 'add', 'origin', temporaryFolder())
    await repo.git('config', '--add', 'remote.origin.fetch', '+refs/notes/*:refs/notes/*')
    const ran = await repo.model('init')
    expect(ran.stderr).toContain('took the refspec +refs/notes/*:refs/notes/* away')
    expect((await repo.git('config', '--get-all', 'remote.origin.fetch')).split('\n').slice(1)).toEqual(
      REFSPECS,
    )
  })

  test('works on a branch without commits, detached, and in a sub-folder', async () => {
    const unborn = await gitdir({})
    expect((await unborn.model('init')).exitCode).toBe(0)
    const repo = await gitdir({ 'a b/ü/x.txt': 'x' })
    await repo.git('checkout', '--quiet', '--detach')
    expect((await repo.modelIn('a b/ü', ['init'])).exitCode).toBe(0)
    expect(existsSync(repo.path('.gitattributes'))).toBe(true)
    expect(existsSync(repo.path('a b/ü/.gitattributes'))).toBe(false)
  })

  test('works in a linked work tree, for all of them', async () => {
    const repo = await gitdir()
    const linked = path.join(temporaryFolder(), 'linked tree')
    await repo.git('worktree', 'add', '--quiet', '-b', 'linked', linked)
    expect((await repo.exec('git', ['model', 'init'], { cwd: linked })).stderr).toContain('hooks:')
    expect(existsSync(repo.path('.git/hooks/pre-push'))).toBe(true)
    expect((await repo.exec('git', ['model', 'init'], { cwd: linked })).stderr).toContain('already set up')
  })

  test('sets Git LFS up where nobody did', async () => {
    const repo = await gitdir()
    const env = { GIT_CONFIG_GLOBAL: '/dev/null' }
    const ran = await repo.modelIn('.', ['init'], { env })
    expect(ran.stderr).toContain('Git LFS: set up for this repository')
    expect(await repo.git('config', '--local', 'filter.lfs.required')).toBe('true')
  })

  test('says which tracked files are still in git itself', async () => {
    const repo = await gitdir({ 'old.pt': 'weights\n' })
    expect((await repo.model('init')).stderr).toContain('1 tracked file is still in git itself: old.pt')
    await repo.git('add', '--all')
    await repo.git('add', '--renormalize', '.')
    await repo.git('commit', '--quiet', '-m', 'lfs')
    expect(await repo.git('show', 'HEAD:old.pt')).toContain('git-lfs.github.com')
  })

  test('without git-lfs changes nothing, and says what to install', async () => {
    const repo = await gitdir()
    const before = snapshot(repo.path('.git'))
    const ran = await repo.exec(process.execPath, [program, 'init'], {
      env: { PATH: pathWithout('git-lfs') },
    })
    expect(ran.stderr).toContain('git-lfs is not installed')
    expect(ran.exitCode).toBe(1)
    expect(snapshot(repo.path('.git'))).toEqual(before)
    expect(existsSync(repo.path('.gitattributes'))).toBe(false)
  })

  test('without git-lfs later on every command that needs it says what to install', async () => {
    const repo = await gitdir()
    await repo.model('init')
    await repo.commit({ 'a.pt': 'weights', '.gitmodel.yaml': 'models: {m: {path: a.pt}}\n' }, 'weights')
    await repo.write('a.pt', 'other weights')
    const fails = async (...args: string[]): Promise<void> => {
      const ran = await repo.exec(process.execPath, [program, ...args], {
        env: { PATH: pathWithout('git-lfs') },
      })
      expect(ran).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(
          /^error: git-lfs is not installed.*\nhint: sudo apt-get install git-lfs/m,
        ),
      })
    }
    await fails('run', '--', 'sh', '-c', 'true')
    await fails('weights', 'status')
    rmSync(repo.path('.git/lfs/objects'), { recursive: true })
    await repo.exec('git', ['checkout', '--', 'a.pt'], { env: { GIT_LFS_SKIP_SMUDGE: '1' } })
    await fails('checkout', 'HEAD')
    await fails('weights', 'show', 'HEAD:a.pt')
  })

  test('refuses a bare repository and a folder that is none', async () => {
    const repo = await gitdir()
    const bare = path.join(temporaryFolder(), 'bare.git')
    await repo.git('clone', '--quiet', '--bare', '.', bare)
    const ran = await repo.exec('git', ['model', 'init'], { cwd: bare })
    expect(ran.stderr).toContain('bare repository')
    expect(ran.exitCode).toBe(1)
    expect((await repo.exec('git', ['model', 'init'], { cwd: temporaryFolder() })).stderr).toContain(
      'not in a git repository',
    )
  })
})

describe('git model init --remove', () => {
  test.each(['a fresh repository', 'hooks and a remote', 'hooks of git-lfs', 'no LFS filters'])(
    'restores %s byte for byte',
    async (kind) => {
      const repo = await gitdir()
      const env = kind === 'no LFS filters' ? { GIT_CONFIG_GLOBAL: '/dev/null' } : {}
      if (kind === 'hooks and a remote') {
        await repo.git('remote', 'add', 'origin', temporaryFolder())
        await repo.write('scripts/check.sh', '#!/bin/sh\nexit 0\n')
        writeHook(repo, 'pre-push', '#!/bin/sh\r\n# mine\n')
        writeHook(repo, 'post-merge', '\u0000binary\u00ff')
        symlinkSync('../../scripts/check.sh', repo.path('.git/hooks/pre-commit'))
        writeFileSync(repo.path('.git/hooks/post-checkout'), 'not executable\n', { mode: 0o644 })
      }
      if (kind === 'hooks of git-lfs') await repo.git('lfs', 'install', '--local')
      const before = snapshot(repo.path('.git'))
      await repo.modelIn('.', ['init'], { env })
      expect(snapshot(repo.path('.git'))).not.toEqual(before)
      const ran = await repo.modelIn('.', ['init', '--remove'], { env })
      expect(ran.exitCode).toBe(0)
      expect(snapshot(repo.path('.git'))).toEqual(before)
      expect((await repo.modelIn('.', ['init', '--remove'], { env })).stderr).toContain('nothing to remove')
    },
  )

  test('names the command after which plain git log shows the runs that a fresh clone has none of', async () => {
    const { origin, alice } = await teams()
    await alice.model('run', '-n', 'baseline', '--', 'true')
    await alice.git('push', '--quiet')
    const carol = await clone(origin)
    const next = /^next: git model (.+)$/m.exec((await carol.model('init')).stderr)?.[1]
    expect(next).toBe('sync origin')
    expect((await carol.model(...next!.split(' '))).exitCode).toBe(0)
    const { runs } = JSON.parse((await alice.model('runs', '--json')).stdout)
    expect(await carol.git('log', '-1', '--notes=model/runs', runs[0].run)).toContain('name: baseline')
  })

  test('keeps what was recorded, and says so', async () => {
    const repo = await gitdir()
    await repo.model('init')
    await repo.model('run', '--', 'true')
    const refs = await repo.git('for-each-ref', 'refs/notes/model', 'refs/model')
    const ran = await repo.model('init', '--remove')
    expect(ran.stderr).toContain('what was recorded stays too')
    expect(await repo.git('for-each-ref', 'refs/notes/model', 'refs/model')).toBe(refs)
  })

  test('keeps Git LFS where tracked files go through it', async () => {
    const repo = await gitdir()
    const env = { GIT_CONFIG_GLOBAL: '/dev/null' }
    await repo.modelIn('.', ['init'], { env })
    await repo.commit({ 'a.pt': 'weights' })
    const ran = await repo.modelIn('.', ['init', '--remove'], { env })
    expect(ran.stderr).toContain('Git LFS: stays')
    expect(await repo.git('config', '--local', 'filter.lfs.required')).toBe('true')
    expect(await repo.read('.git/hooks/pre-push')).toContain('git lfs pre-push')
  })
})
