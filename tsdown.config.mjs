import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'tsdown'

/**
 * What is loaded together stands in one file, with all that it imports, for opening many small ones takes Node longer
 * than reading one: what asks git, what lists runs, the command line, comparisons, and what else many commands need.
 * The version is answered without any of them.
 */
const CHUNKS = [
  { name: 'package', test: /package\.json$/ },
  { name: 'git', test: modules('cli/ask-ahead') },
  { name: 'core', test: modules('features/list-runs', 'domain/run-columns', 'cli/render/runs') },
  { name: 'main', test: modules('cli/main') },
  { name: 'compare', test: modules('features/review-versions', 'cli/render/comparison/text') },
  { name: 'more', test: modules('domain/.*', 'columns/.*', 'journal/.*') },
  { name: 'start', test: modules('features/start-run') },
  // What the endpoint for MLflow's clients loads before its first answer.
  { name: 'mlflow', test: modules('mlflow/(?!serve|artifacts/(?:handle|proxy)).*') },
]

// Everything is bundled: a user installs one package, and Node opens few files at start-up. What a command needs stays
// in chunks of its own, which load when the command is called.
const shared = {
  // CommonJS, since V8's compiled code can be kept for no other (src/launch).
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  treeshake: true,
  minify: 'dce-only',
  plugins: [ascii(), commonJs(), thirdPartyLicenses()],
  inputOptions: { checks: { pluginTimings: false } },
  report: false,
}

export default defineConfig([
  {
    ...shared,
    entry: { bin: 'src/bin.ts', program: 'src/cli/program.ts', index: 'src/index.ts' },
    dts: { entry: ['src/index.ts'] },
    outputOptions: {
      codeSplitting: { groups: CHUNKS.map((chunk, at) => ({ ...chunk, priority: CHUNKS.length - at })) },
    },
  },
  // By itself, since a thread loads its program anew: what it does not use would cost more than its work.
  { ...shared, entry: { 'tensor-worker': 'src/weights/tensor/worker.ts' }, dts: false, clean: false },
])

// The types of the library are modules too, and stay together.
function modules(...names) {
  const pattern = new RegExp(`/src/(?:${names.join('|')})(?<!\\.d)\\.ts$`)
  return (id) => pattern.test(id.replaceAll('\\', '/'))
}

/** Escapes what is not ASCII, so that V8 reads and keeps a byte for each character. */
function ascii() {
  const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'ascii',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk') chunk.code = chunk.code.replaceAll(/[^\0-\x7f]/g, escape)
    },
  }
}

/** Tells Node and TypeScript that the bundle is CommonJS, though the sources are modules. */
function commonJs() {
  return {
    name: 'common-js',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' })
    },
  }
}

/** Writes the licences of what was bundled: they ask to go along with every copy. */
function thirdPartyLicenses() {
  return {
    name: 'third-party-licenses',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) =>
        chunk.type === 'chunk' ? chunk.moduleIds : [],
      )
      if (!modules.some((id) => id.includes('node_modules'))) return
      const folders = [...new Set(modules.map(packageFolder))].filter((folder) => folder !== undefined)
      const texts = folders.map(describePackage).sort()
      const head = 'git-model contains these packages.\n'
      this.emitFile({
        type: 'asset',
        fileName: 'THIRD-PARTY-LICENSES.txt',
        source: [head, ...texts].join(`\n${'-'.repeat(79)}\n`),
      })
    },
  }
}

function packageFolder(id) {
  return /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1]
}

function describePackage(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry))
  if (file === undefined && license === undefined) throw new Error(`${name} has no licence`)
  const text =
    file === undefined ? '(the package has no licence file)' : readFileSync(path.join(folder, file), 'utf8')
  return `${name} ${version} (${license})\n\n${text.trim()}\n`
}
