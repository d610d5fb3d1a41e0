import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const pages = ['.', '.ci', 'bench', 'docs', 'examples', 'hooks', 'schemas', 'src'].flatMap(listPages)

describe('the pages of the documentation', () => {
  it.each(pages)('%s leads nowhere in vain', (page) => {
    const text = read(page).replaceAll(/^```.*?^```$/gms, '')
    const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link]) => link!)
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([])
  })

  it('are all named in docs/README.md', () => {
    const index = read('docs/README.md')
    const missing = pages.filter(
      (page) => page.startsWith('docs/') && !index.includes(`(${page.slice('docs/'.length)})`),
    )
    expect(missing.filter((page) => page !== 'docs/README.md')).toEqual([])
  })
})

function listPages(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
}

function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file)
  if (!existsSync(path.join(root, target))) return false
  return anchor === undefined || anchorsOf(read(target)).includes(anchor)
}

// As GitHub makes them: lower case, without punctuation, blanks as hyphens.
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    return heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
  })
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}
