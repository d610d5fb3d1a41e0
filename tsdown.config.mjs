import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'tsdown'

const CORE = new Set(
  [
    'features/list-runs features/metadata-state features/select-runs',
    'git/batch-reader git/cat-file git/git-failure git/lock git/notes git/read-objects git/read-tips git/refs',
    'git/repository git/run-git',
    'git/stream-objects git/object-writer git/update-refs git/resolve schema/read-canonical',
    'store/config store/config-cache store/find-rows store/foldable-journals store/folded-state store/live-runs',
    'store/note-sources store/open-store store/row-view store/run-index store/run-rows store/run-table store/runs',
    'store/stored-run store/unless-unwritable cli/csv cli/duration cli/markdown-table cli/number',
    'cli/run-cell cli/table cli/text-table',
  ]
    .join(' ')
    .split(' '),
)

// Everything is bundled: a user installs one package, and Node opens few files at start-up. What a command needs stays
// in chunks of its own, which load when the command is called.
const shared = {
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  treeshake: true,
  minify: 'dce-only',
  plugins: [thirdPartyLicenses()],
  inputOptions: { checks: { pluginTimings: false } },
  report: false,
}

export default defineConfig([
  {
    ...shared,
    entry: { bin: 'src/bin.ts', index: 'src/index.ts' },
    dts: { entry: ['src/index.ts'] },
    outputOptions: {
      codeSplitting: {
        groups: [
          { name: 'core', test: isCore },
          { name: 'mlflow', test: isEndpoint },
        ],
      },
    },
  },
  // By itself, since a thread loads its program anew: what it does not use would cost more than its work.
  { ...shared, entry: { 'tensor-worker': 'src/weights/tensor/worker.ts' }, dts: false, clean: false },
])

/**
 * Tells whether a module goes into the one chunk that nearly every command loads: opening many small files takes Node
 * longer than reading one. What needs a large package stays apart.
 */
function isCore(id) {
  const [, layer, name] = /\/src\/(\w+)\/(?:.*\/)?([\w-]+)\.ts$/.exec(id.replaceAll('\\', '/')) ?? []
  if (layer === 'domain' || layer === 'columns' || layer === 'journal') return true
  return CORE.has(`${layer}/${name}`)
}

/** Tells whether a module is one that the endpoint for MLflow's clients loads before its first answer. */
function isEndpoint(id) {
  return /\/src\/mlflow\/(?!serve|artifacts\/(?:handle|proxy)).*\.ts$/.test(id.replaceAll('\\', '/'))
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
