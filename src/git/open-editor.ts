import { execa } from 'execa'
import { ModelError } from '../domain/errors.ts'
import type { Repository } from './repository.ts'
import { gitLine } from './run-git.ts'

/**
 * Opens a file in the editor that git would open (`GIT_EDITOR`, `core.editor`, `VISUAL`, `EDITOR`), and waits.
 *
 * @throws ModelError `editor-failed` when there is none, or it reports a failure.
 */
export async function openEditor(
  repo: Repository,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const editor = await editorOf(repo, env)
  // as git does it: the editor's name is a piece of shell
  const result = await execa('sh', ['-c', `${editor} "$@"`, editor, file], {
    cwd: repo.root,
    stdio: 'inherit',
    reject: false,
  })
  if (result.exitCode === 0) return
  const how =
    result.exitCode === undefined
      ? `was ended by ${result.signal ?? 'a signal'}`
      : `ended with exit code ${result.exitCode}`
  throw new ModelError('editor-failed', `the editor "${editor}" ${how}`, {
    hints: ['git config core.editor EDITOR   sets another'],
    data: { editor, file },
  })
}

async function editorOf(
  repo: Repository,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  try {
    return await gitLine(repo, ['var', 'GIT_EDITOR'], { env })
  } catch (error) {
    throw new ModelError('editor-failed', 'no editor is set that works here', {
      hints: ['git config core.editor nano   or set EDITOR'],
      cause: error,
    })
  }
}
