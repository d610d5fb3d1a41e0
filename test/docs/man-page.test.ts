import path from 'node:path'
import { expect, it } from 'vitest'
import { makeColors } from '../../src/cli/colors.ts'
import { isGroup, visible, type Target } from '../../src/cli/render/command-target.ts'
import { renderHelp } from '../../src/cli/render/help.ts'
import { chapters, routes } from '../../src/cli/routes.ts'

// `git model --help` never reaches the program: git opens the manual page of git-model. This writes it, from what
// `git model COMMAND -h` says. After a change: npm test -- -u test/docs/man-page.test.ts
const root = path.resolve(import.meta.dirname, '../..')

it('the manual page is what the program says of itself', async () => {
  await expect(manualPage()).toMatchFileSnapshot(path.join(root, 'docs/git-model.1'))
})

function manualPage(): string {
  const head = ['.TH GIT-MODEL 1', '.SH NAME', `git-model \\- ${roff(routes.brief)}`]
  const commands = listCommands(routes, []).flatMap(([name, help]) => [
    `.SH ${name.toUpperCase()}`,
    ...verbatim(help),
  ])
  return [...head, '.SH SYNOPSIS', ...verbatim(help(routes, [])), ...commands, ''].join('\n')
}

function listCommands(target: Target, path: readonly string[]): [name: string, help: string][] {
  if (!isGroup(target)) return [[`git model ${path.join(' ')}`, help(target, path)]]
  return visible(target).flatMap((entry) => listCommands(entry.target, [...path, entry.name]))
}

function help(target: Target, path: readonly string[]): string {
  return renderHelp(target, path, chapters, makeColors(false)).trim()
}

// Lines as they are: no filling, and nothing in them is a request of roff.
function verbatim(text: string): string[] {
  return ['.nf', ...text.split('\n').map(roff), '.fi']
}

function roff(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
}
