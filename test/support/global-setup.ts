import { execaSync } from 'execa'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const program = path.join(root, 'dist/bin.js')

/** Sees to it that there is a program to test: `npm test` has built it; `npx vitest` may find none, or an old one. */
export function setup(): void {
  if (!existsSync(program))
    execaSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] })
  const built = statSync(program).mtimeMs
  const newer = listSources().filter((file) => statSync(file).mtimeMs > built)
  if (newer.length === 0) return
  const some = newer.slice(0, 3).map((file) => path.relative(root, file))
  process.stderr.write(
    `dist/ is older than ${some.join(', ')}; tests of commands see the old program: npm run build\n`,
  )
}

function listSources(): string[] {
  return readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.endsWith('generated'),
    )
    .map((entry) => path.join(entry.parentPath, entry.name))
}
