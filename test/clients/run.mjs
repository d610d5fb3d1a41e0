// npm run test:clients: MLflow's own client against this endpoint and against MLflow's server. The last line says how many
// stories passed and failed, and so does the exit code. Further words go to vitest: npm run test:clients -- -t models
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'git-model-clients-'))
const report = path.join(folder, 'report.json')

function node(...words) {
  return spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' }).status ?? 1
}

const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`]
const config = ['--config', 'test/clients.config.ts', '--root', '.']
const tested = node(vitest, 'run', ...config, ...reporters, ...process.argv.slice(2))
const counted = node('.ci/count-tests.mjs', report)
rmSync(folder, { recursive: true, force: true })
process.exitCode = tested === 0 ? counted : 1
