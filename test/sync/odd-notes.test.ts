import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { teams, type TestRepo } from '../support/repo.ts'

const METADATA = ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/notes/model', 'refs/model/runs']
const RUNS = 'refs/notes/model/runs'

/** Two clones that have one run, and its id. */
async function withRun(): Promise<{ alice: TestRepo; bob: TestRepo; run: string }> {
  const { alice, bob } = await teams()
  await alice.model(
    'run',
    '-n',
    'base',
    '-t',
    'team=red',
    '--',
    'git',
    'model',
    'log',
    'acc=0.5',
    '--step',
    '1',
  )
  await alice.model('sync')
  await bob.model('sync')
  return { alice, bob, run: (await alice.git('notes', '--ref=model/runs', 'list')).split(' ')[1]! }
}

async function note(repo: TestRepo, run: string): Promise<string> {
  return repo.git('notes', '--ref=model/runs', 'show', run)
}

/** Syncs until nobody has news, and sees to it that both have the same. */
async function settle(alice: TestRepo, bob: TestRepo): Promise<void> {
  for (const repo of [alice, bob, alice]) {
    const synced = await repo.model('sync')
    expect(synced.exitCode, synced.stderr).toBe(0)
  }
  expect(await alice.git(...METADATA)).toBe(await bob.git(...METADATA))
  expect(await alice.git('fsck', '--full', '--no-dangling')).toBe('')
}

/** Moves every note to another fan-out, as another tool would, with what others made of the path left as it is. */
async function fanOut(repo: TestRepo, toPath: (name: string) => string): Promise<void> {
  const listed = await repo.git('ls-tree', '-r', RUNS)
  const entries = listed.split('\n').map((line) => /^(\d+) blob ([0-9a-f]+)\t(.+)$/.exec(line)!.slice(1))
  const input = entries.map(([mode, blob, path]) => `${mode} ${blob}\t${toPath(path!.replaceAll('/', ''))}\n`)
  const index = repo.path('.git/odd-index')
  const env = { GIT_INDEX_FILE: index }
  await repo.exec('git', ['update-index', '--add', '--index-info'], { input: input.join(''), env })
  const tree = (await repo.exec('git', ['write-tree'], { env })).stdout.trim()
  const commit = await repo.git('commit-tree', tree, '-p', RUNS, '-m', 'another fan-out')
  await repo.git('update-ref', RUNS, commit)
}

describe('notes that were not written by this program', () => {
  it('stand in another fan-out on each side, and are still one note each', async () => {
    const { alice, bob, run } = await withRun()
    await fanOut(alice, (name) => name)
    await fanOut(bob, (name) => `${name.slice(0, 2)}/${name.slice(2, 4)}/${name.slice(4)}`)
    await alice.model('log', '--run', run, '-t', 'who=alice')
    await bob.model('log', '--run', run, '-p', 'lr=0.1')
    await settle(alice, bob)
    expect(parse(await note(alice, run))).toMatchObject({
      tags: { team: 'red', who: 'alice' },
      params: { lr: 0.1 },
    })
    expect((await alice.git('ls-tree', '-r', '--name-only', RUNS)).split('\n')).toHaveLength(1)
  })

  it('were concatenated by git: by notes append, and by a rebase that squashes two run commits', async () => {
    const { alice, bob, run } = await withRun()
    const earlier = await note(alice, run)
    await alice.model('log', '--run', run, '-t', 'who=alice', '--note', 'seen')
    await bob.model('log', '--run', run, '-p', 'lr=0.1')
    // What `git notes append` and `notes.rewriteMode=concatenate` leave: the older text behind the newer.
    await alice.git('notes', '--ref=model/runs', 'append', '-m', earlier, run)
    await bob.git('notes', '--ref=model/runs', 'append', '-m', earlier, run)
    await settle(alice, bob)
    expect(parse(await note(alice, run))).toMatchObject({
      tags: { team: 'red', who: 'alice' },
      params: { lr: 0.1 },
      notes: 'seen',
    })
  })

  it('were merged by git: records with union and series with cat_sort_uniq are joined as ever', async () => {
    const { alice, bob, run } = await withRun()
    await alice.model('log', '--run', run, '-t', 'who=alice', 'acc=0.75', '--step', '2')
    await bob.model('log', '--run', run, '-p', 'lr=0.1', 'acc=0.625', '--step', '3')
    for (const ref of ['runs', 'series']) {
      await bob.git('fetch', '-q', alice.dir, `refs/notes/model/${ref}:refs/notes/alice/${ref}`)
      const strategy = ref === 'runs' ? 'union' : 'cat_sort_uniq'
      await bob.git('notes', `--ref=model/${ref}`, 'merge', '-q', '-s', strategy, `alice/${ref}`)
    }
    await settle(alice, bob)
    const joined = JSON.parse((await alice.model('show', run, '--json')).stdout) as { run: object }
    expect(joined.run).toMatchObject({ tags: { team: 'red', who: 'alice' }, params: { lr: 0.1 } })
  })

  it('are records that cat_sort_uniq garbled: their lines are carried, and what the other side has stands', async () => {
    const { alice, bob, run } = await withRun()
    await alice.model('log', '--run', run, '-t', 'who=alice')
    await bob.model('log', '--run', run, '-p', 'lr=0.1')
    await bob.git('fetch', '-q', alice.dir, `${RUNS}:refs/notes/alice/runs`)
    await bob.git('notes', '--ref=model/runs', 'merge', '-q', '-s', 'cat_sort_uniq', 'alice/runs')
    // Bob has the lines alone: it takes one more round until he has Alice's record beside them.
    await alice.model('sync')
    await bob.model('sync')
    await settle(alice, bob)
    const joined = JSON.parse((await bob.model('show', run, '--json')).stdout) as { run: object }
    expect(joined.run).toMatchObject({ tags: { team: 'red', who: 'alice' } })
    expect(await note(alice, run)).toMatch(/^ {2}lr: 0\.1$/m)
  })

  it('were copied by git to what a run commit was rewritten to: the copy is carried, and is no run', async () => {
    const { alice, bob, run } = await withRun()
    const rewrite = ['-c', `notes.rewriteRef=${RUNS}`, '-c', 'notes.rewriteMode=concatenate']
    await bob.git('checkout', '-q', run)
    await bob.git(...rewrite, 'commit', '-q', '--amend', '--allow-empty', '-m', 'once more')
    const copy = await bob.git('rev-parse', 'HEAD')
    expect(await note(bob, copy)).toContain(run)
    await bob.git('checkout', '-q', 'main')
    await settle(alice, bob)
    const listed = JSON.parse((await alice.model('runs', '--json')).stdout) as { runs: { run: string }[] }
    expect(listed.runs.map((one) => one.run)).toEqual([run])
  })

  it('have a line behind them that a person added with git notes append: it is carried, and hides nothing', async () => {
    const { alice, bob, run } = await withRun()
    await alice.model('log', '--run', run, '-t', 'who=alice')
    await bob.model('log', '--run', run, '-p', 'lr=0.1')
    await bob.git(
      'notes',
      '--ref=model/runs',
      'append',
      '-m',
      'looks good to me',
      '-m',
      'tags: {who: bob}',
      run,
    )
    await settle(alice, bob)
    const shown = JSON.parse((await alice.model('show', run, '--json')).stdout) as { run: object }
    expect(shown.run).toMatchObject({ tags: { team: 'red', who: 'alice' }, params: { lr: 0.1 } })
    expect(await note(alice, run)).toContain('looks good to me')
    await bob.model('log', '--run', run, '-p', 'lr=0.2')
    await settle(alice, bob)
    expect((await note(alice, run)).match(/looks good to me/g)).toHaveLength(1)
  })

  it('are of a newer version, or no YAML at all: they are carried, and the others merge', async () => {
    const { alice, bob, run } = await withRun()
    const other = await alice.git('rev-parse', 'main')
    const odd = ['---\nschema: run/v9\nrun: x\nnew: [1]\n', '\u0001 no: [yaml\n']
    await alice.git('notes', '--ref=model/runs', 'add', '-f', '-m', odd[0]!, other)
    await bob.git('notes', '--ref=model/runs', 'add', '-f', '-m', odd[1]!, other)
    await alice.model('log', '--run', run, '-t', 'who=alice')
    await bob.model('log', '--run', run, '-p', 'lr=0.1')
    await settle(alice, bob)
    expect(await note(alice, other)).toContain('schema: run/v9')
    expect(await note(alice, other)).toContain('no: [yaml')
    expect(parse(await note(bob, run))).toMatchObject({ tags: { who: 'alice' }, params: { lr: 0.1 } })
  })
})

describe('a tag that one side takes away', () => {
  it('stays away, and comes back where the other side wrote it at the same moment or later', async () => {
    const { alice, bob, run } = await withRun()
    await alice.model('log', '--run', run, '-t', 'team=')
    await bob.model('log', '--run', run, '-t', 'pick=true')
    await settle(alice, bob)
    expect(parse(await note(bob, run))).toMatchObject({ tags: { pick: true }, edits: { 'tags/team': 2 } })
    expect(parse(await note(bob, run)).tags).not.toHaveProperty('team')
    await alice.model('log', '--run', run, '-t', 'pick=')
    await bob.model('log', '--run', run, '-t', 'pick=false')
    await settle(alice, bob)
    expect(parse(await note(alice, run)).tags).toEqual({ pick: false })
    await alice.model('log', '--run', run, '-t', 'pick=')
    await settle(alice, bob)
    expect(parse(await note(bob, run))).not.toHaveProperty('tags')
  })
})
