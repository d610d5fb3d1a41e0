import { defineConfig } from 'tsdown'

// Everything is bundled: a user installs one package, and Node opens few files at start-up.
export default defineConfig({
  entry: ['src/bin.ts', 'src/index.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  dts: { entry: ['src/index.ts'] },
  deps: { alwaysBundle: [/.*/], onlyAllowBundle: false },
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  treeshake: true,
  minify: 'dce-only',
})
