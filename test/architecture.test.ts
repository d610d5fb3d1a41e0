import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

// Imports point downwards only: cli, library → features → store → adapters → domain (docs/design.md §5).
const source = path.resolve(import.meta.dirname, '../src')

const ADAPTERS = [
  'columns',
  'environment',
  'forge',
  'git',
  'journal',
  'lfs',
  'metric-files',
  'schema',
  'weights',
]

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  ...Object.fromEntries(ADAPTERS.map((adapter) => [adapter, ['domain']])),
  schema: ['domain', 'schemas'],
  store: [...ADAPTERS, 'domain'],
  features: ['store', ...ADAPTERS, 'domain'],
  library: ['features', 'store', ...ADAPTERS, 'domain'],
  mlflow: ['features', 'store', ...ADAPTERS, 'domain'],
  cli: ['mlflow', 'features', 'store', ...ADAPTERS, 'domain', 'package.json'],
  launch: [],
  'bin.ts': ['launch', 'cli', 'package.json'],
  'index.ts': ['library', 'domain'],
}

interface Import {
  /** The file that imports, below `src`. */
  file: string
  /** What it imports: a file, as seen from `src`; a package; or `node:…`. */
  target: string
  isType: boolean
  isLazy: boolean
}

const imports = listSources().flatMap(readImports)
const runtime = imports.filter(({ isType }) => !isType)

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(500)
    expect([...new Set(imports.map(({ file }) => layerOf(file)))].sort()).toEqual(
      Object.keys(MAY_IMPORT).sort(),
    )
  })

  it('come from layers that src/README.md draws', () => {
    const layers = Object.keys(MAY_IMPORT).map((layer) => (layer.endsWith('.ts') ? layer : `${layer}/`))
    expect(layers.filter((layer) => !read('README.md').includes(layer))).toEqual([])
  })

  it('point downwards', () => {
    const upwards = imports.filter(({ file, target }) => {
      const [from, to] = [layerOf(file), layerOf(target)]
      return isOurs(target) && from !== to && MAY_IMPORT[from]?.includes(to) !== true
    })
    expect(upwards.map(describeImport)).toEqual([])
  })

  it('leave the domain without the world', () => {
    const worldly = runtime.filter(({ file, target }) => layerOf(file) === 'domain' && !isOurs(target))
    expect(worldly.map(describeImport)).toEqual([])
  })

  it('keep each library where it belongs', () => {
    const homes: Readonly<Record<string, readonly string[]>> = {
      '@stricli/core': ['cli'],
      ajv: ['schema'],
      execa: ['environment', 'features', 'git', 'lfs'],
      glob: ['environment', 'features', 'metric-files'],
      'simple-git': ['git'],
      yaml: ['metric-files', 'schema'],
    }
    const astray = imports.filter(({ file, target }) => {
      if (isOurs(target) || target.startsWith('node:')) return false
      return homes[target]?.includes(layerOf(file)) !== true
    })
    expect(astray.map(describeImport)).toEqual([])
  })

  it('load what a command does only when it is called', () => {
    const eager = runtime.filter(({ file, target, isLazy }) => {
      return file.startsWith('cli/commands/') && !isLazy && !/^(cli\/|domain\/|@stricli)/.test(target)
    })
    expect(eager.map(describeImport)).toEqual([])
  })

  it('make no circles, not even of types', () => {
    expect(findCircle(graphOf(imports))).toBeUndefined()
  })
})

describe('rendering', () => {
  it('is pure: data in, text out', () => {
    const impure = runtime.filter(({ file, target }) => {
      return file.startsWith('cli/render/') && !/^(cli\/(render\/|colors|output)|domain\/)/.test(target)
    })
    expect(impure.map(describeImport)).toEqual([])
  })
})

describe('features', () => {
  it('return data and never print', () => {
    const printing = listSources().filter((file) => {
      return !/^(cli\/|bin\.ts)/.test(file) && /\bconsole\.|process\.(stdout|stderr)\.write/.test(read(file))
    })
    expect(printing).toEqual([])
  })

  it('take folder, environment and clock from the world', () => {
    const reaching = listSources().filter((file) => {
      return (
        /^(features|mlflow|store|domain)\//.test(file) &&
        /\bprocess\.(cwd\(|env\b)|\bDate\.now\(|new Date\(\)/.test(read(file))
      )
    })
    expect(reaching).toEqual([])
  })
})

function graphOf(edges: readonly Import[]): Map<string, string[]> {
  const graph = new Map<string, string[]>()
  for (const { file, target, isLazy } of edges) {
    if (isOurs(target) && !isLazy) graph.set(file, [...(graph.get(file) ?? []), target])
  }
  return graph
}

function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const target of graph.get(file) ?? []) {
      const circle = visit(target, [...trail, file])
      if (circle !== undefined) return circle
    }
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const circle = visit(file, [])
    if (circle !== undefined) return circle
  }
  return undefined
}

function readImports(file: string): Import[] {
  const text = read(file)
  const fixed = text.matchAll(/^(?:import|export)\s+(type\s+)?[^'"]*?\bfrom\s+'([^']+)'/gm)
  const bare = text.matchAll(/^import\s+'([^']+)'/gm)
  const lazy = text.matchAll(/\bimport\('([^']+)'\)/g)
  return [
    ...[...fixed].map(([, type, name]) => ({
      file,
      target: resolve(file, name!),
      isType: type !== undefined,
      isLazy: false,
    })),
    ...[...bare].map(([, name]) => ({ file, target: resolve(file, name!), isType: false, isLazy: false })),
    ...[...lazy].map(([, name]) => ({ file, target: resolve(file, name!), isType: false, isLazy: true })),
  ]
}

function resolve(file: string, name: string): string {
  return name.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(file), name)) : name
}

function layerOf(file: string): string {
  return file.replace(/^\.\.\//, '').split('/')[0]!
}

function isOurs(target: string): boolean {
  return /\.(ts|js|json)$/.test(target)
}

function describeImport({ file, target }: Import): string {
  return `src/${file} imports ${isOurs(target) ? `src/${target}` : target}`
}

function listSources(): string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .sort()
}

function read(file: string): string {
  return readFileSync(path.join(source, file), 'utf8')
}
