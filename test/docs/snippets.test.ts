import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { execaSync } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { gitdir, type TestRepo } from '../support/repo.ts'

// The programs that the README shows, run as somebody who copies them would run them.
const root = path.resolve(import.meta.dirname, '../..')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const hasPython = execaSync('python3', ['--version'], { reject: false }).exitCode === 0
let repo: TestRepo

beforeAll(async () => {
  repo = await gitdir({ '.gitignore': 'node_modules\n' })
  mkdirSync(repo.path('node_modules'))
  symlinkSync(root, repo.path('node_modules/git-model'))
  await repo.write('models/digits.safetensors', 'weights')
})

describe('the README shows how to record', () => {
  it.skipIf(!hasPython)('from Python', async () => {
    // The snippet logs; what trains, and saves, is the reader's own.
    const save = "open('models/digits.safetensors', 'ab').write(b'trained')\n"
    await repo.write('train.py', snippet('python') + save)
    const [, words = ''] = /^git model (run .*) -- python train\.py$/m.exec(snippet('sh', 'train.py')) ?? []
    const ran = await repo.model(...words.split(' '), '--', 'python3', 'train.py')
    expect({ exitCode: ran.exitCode, stderr: ran.stderr }).toMatchObject({ exitCode: 0 })
    expect(await shown('baseline')).toMatchObject({
      params: { lr: 0.0003 },
      metrics: { loss: { count: 3, step: 2 }, 'val/acc': { last: 0.89 } },
      outputs: { files: [{ path: 'models/digits.safetensors' }] },
    })
  })

  it('from JavaScript', async () => {
    const script = snippet('js').replace("name: 'baseline'", "name: 'library'")
    await repo.write('train.mjs', script)
    const ran = await repo.exec(process.execPath, ['train.mjs'])
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await shown('library')).toMatchObject({
      status: 'finished',
      params: { lr: 0.05 },
      metrics: { 'val/acc': { last: 0.89, step: 5 } },
      outputs: { files: [{ path: 'models/digits.safetensors' }] },
    })
  })
})

function snippet(language: string, containing = ''): string {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))]
  const found = blocks.map(([, block]) => block!).find((block) => block.includes(containing))
  if (found === undefined) throw new Error(`the README has no ${language} block with "${containing}"`)
  return found
}

async function shown(run: string): Promise<unknown> {
  const ran = await repo.model('show', `run:${run}`, '--json')
  return (JSON.parse(ran.stdout) as { run: unknown }).run
}
