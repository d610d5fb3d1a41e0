import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { gitdir, openTestRepo, pathWithProgram, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { formatTranscript } from '../support/transcript.ts'

let repo: TestRepo

beforeAll(async () => {
  repo = await gitdir()
})

async function transcript(...args: string[]): Promise<string> {
  return formatTranscript(await repo.model(...args))
}

describe('git model', () => {
  it('alone shows what it can do', async () => {
    expect(await transcript()).toMatchSnapshot()
    const alone = await repo.model()
    for (const args of [['-h'], ['--help'], ['help']])
      expect((await repo.model(...args)).stdout).toBe(alone.stdout)
  })

  it('works as git model, with -h and with help', async () => {
    const help = await repo.exec('git', ['model', 'runs', '-h'])
    expect(help).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await repo.exec('git', ['model', 'help', 'runs'])).stdout).toBe(help.stdout)
    expect(help.stdout).toContain('Usage: git model runs')
  })

  it('says its version', async () => {
    expect((await repo.model('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await repo.model('-v')).stdout).toBe((await repo.model('--version')).stdout)
  })

  it('refuses what it does not know, and says what was meant', async () => {
    const refused = [
      ['runz'],
      ['runs', '--josn'],
      ['card', 'shwo'],
      ['runs', 'foo'],
      ['run'],
      ['show', '--format', 'pdf'],
      ['log', '--step', 'abc', 'x=1'],
      ['run', '-n', 'a', '-n', 'b', '--', 'true'],
      ['weights', 'track'],
      ['link', 'x'],
      ['compare', 't x'],
      ['weights', 'merge', '--strategy', 'average', 'out', 'one'],
    ]
    const transcripts = await Promise.all(refused.map((args) => transcript(...args)))
    expect(transcripts.join('\n')).toMatchSnapshot()
  })

  it('writes errors as JSON when JSON was asked for, with the same exit code', async () => {
    const refused = [
      await transcript('runs', '--josn', '--json'),
      await transcript('show', 'nothing', '--json'),
    ]
    expect(refused.join('\n')).toMatchSnapshot()
    const another = await repo.model('run', '--name', '', '--', 'echo', '--json')
    expect(another.stderr).toMatch(/^error: /)
  })

  it('says that there is no repository, or one without a work tree', async () => {
    const folder = openTestRepo(temporaryFolder())
    const nowhere = formatTranscript(await folder.model('runs'))
    await folder.git('init', '--quiet', '--bare')
    expect(`${nowhere}\n${formatTranscript(await folder.model('runs'))}`).toMatchSnapshot()
  })

  it('ends in peace when nobody reads on', async () => {
    const options = { cwd: repo.dir, env: { PATH: pathWithProgram() }, reject: false } as const
    for (const command of [
      'git model runs --json | head -0',
      'git model -h | true',
      'git model nope 2>&1 >/dev/null | true',
    ]) {
      const ran = await execa('bash', ['-c', `${command}; echo "\${PIPESTATUS[0]}"`], options)
      expect(ran.stdout).toMatch(/^[02]$/)
      expect(ran.stderr).toBe('')
    }
    const early = await execa(
      'bash',
      ['-c', 'git model runs --format csv | head -0; echo "${PIPESTATUS[0]}"'],
      options,
    )
    expect(early.stdout).toBe('0')
  })

  it('hands a command its arguments as they are', async () => {
    const said = ['--', '-n', 'a b', '', '--json', '$x', 'é\n']
    const script = 'for (const arg of process.argv.slice(1)) console.log(JSON.stringify(arg))'
    const ran = await repo.model('run', '-n', 'verbatim', '--', process.execPath, '-e', script, ...said)
    expect(
      ran.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as string),
    ).toEqual(said.slice(1))
    const bare = await repo.model('run', '-n', 'bare', 'sh', '-c', 'echo "$0 $1"', '--json', '-h')
    expect(bare.stdout).toBe('--json -h\n')
  })
})
