import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { temporaryFolder } from '../support/repo.ts'

interface Step {
  if?: string
  shell: string
  env: Record<string, string>
  run: string
}

const root = path.resolve(import.meta.dirname, '../..')
const { runs } = parse(readFileSync(path.join(root, 'action.yml'), 'utf8')) as {
  runs: { using: string; steps: [Step, Step] }
}
const template = parse(readFileSync(path.join(root, 'templates/git-model.gitlab-ci.yml'), 'utf8')) as Record<
  string,
  { rules: { if: string }[]; script: string[]; variables: Record<string, string> }
>

/** Runs a step's script as the runner does, with programs that write down what they were called with. */
async function runStep(
  step: Step,
  inputs: Record<string, string>,
): Promise<{ code: number; said: string[] }> {
  const folder = temporaryFolder()
  const [bin, log] = [path.join(folder, 'bin'), path.join(folder, 'log')]
  mkdirSync(bin)
  for (const name of ['git', 'npm']) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\nprintf '%s\\n' ${name} "$@" >> '${log}'\n`)
    chmodSync(path.join(bin, name), 0o755)
  }
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, ...inputs }
  // https://docs.github.com/actions, "jobs.<job_id>.steps[*].shell": what stands for `bash`.
  const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run]
  const { exitCode = -1 } = await execa('bash', args, { cwd: folder, env, reject: false })
  expect(existsSync(path.join(folder, 'pwned'))).toBe(false)
  const said = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
  return { code: exitCode, said }
}

describe('the GitHub Action', () => {
  const [install, call] = runs.steps
  it('gives no input to a shell as text of its script', () => {
    expect(runs.using).toBe('composite')
    for (const { run } of runs.steps) expect(run).not.toContain('${{')
  })

  it('calls the command with its arguments, a word each, and nothing that stands in them', async () => {
    const hostile = '--no-gate --key $(touch pwned) `touch pwned` ; touch pwned *'
    const ran = await runStep(call, { COMMAND: 'review', ARGUMENTS: hostile })
    expect(ran).toEqual({ code: 0, said: ['git', 'model', 'ci', 'review', ...hostile.split(' ')] })
    expect(await runStep(call, { COMMAND: 'link', ARGUMENTS: '' })).toEqual({
      code: 0,
      said: ['git', 'model', 'ci', 'link'],
    })
    const other = await runStep(call, { COMMAND: 'review; touch pwned', ARGUMENTS: '' })
    expect(other).toEqual({ code: 2, said: [] })
  })

  it('installs one version of git-model, whatever stands in its place', async () => {
    const { said } = await runStep(install, { VERSION: '0.1 --registry=x; touch pwned' })
    expect(said.at(-1)).toBe('git-model@0.1 --registry=x; touch pwned')
  })
})

describe('the GitLab CI template', () => {
  it('reviews requests and links pushes to the default branch, from one commit and without weights', () => {
    expect(template['.git-model']!.variables).toEqual({ GIT_DEPTH: '1', GIT_LFS_SKIP_SMUDGE: '1' })
    expect(template['git-model-review']!.rules).toEqual([
      { if: '$CI_PIPELINE_SOURCE == "merge_request_event"' },
    ])
    expect(template['git-model-link']!.rules[0]!.if).toContain('$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH')
  })

  it('keeps the token out of addresses, arguments and the log', async () => {
    const { script } = template['git-model-link']!
    const helper = script.find((line) => line.includes('credential.helper'))!
    expect(script.filter((line) => line.includes('GITLAB_TOKEN'))).toEqual([helper])
    const folder = temporaryFolder()
    await execa('git', ['init', '--quiet'], { cwd: folder })
    await execa('sh', ['-c', helper], { cwd: folder, env: { GITLAB_TOKEN: 'glpat-secret' } })
    expect(readFileSync(path.join(folder, '.git/config'), 'utf8')).not.toContain('glpat-secret')
    const asked = await execa('git', ['credential', 'fill'], {
      cwd: folder,
      env: { GITLAB_TOKEN: 'glpat-secret' },
      input: 'protocol=https\nhost=gitlab.example.org\n\n',
    })
    expect(asked.stdout).toContain('username=oauth2\npassword=glpat-secret')
  })
})
