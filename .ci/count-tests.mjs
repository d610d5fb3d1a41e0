// Prints "N passed, N failed" from reports of vitest's JSON reporter, added up. A test file that could not be loaded
// counts as one failure; a report without a passed test is a failure too.
import { readFileSync } from 'node:fs'

const reports = process.argv.slice(2).map(count)
const sum = (key) => reports.reduce((total, report) => total + report[key], 0)
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`)
process.exitCode = reports.every(({ passed, failed }) => passed > 0 && failed === 0) ? 0 : 1

function count(file) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'))
    const unloaded = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    )
    return { passed: numPassedTests, failed: numFailedTests + unloaded.length }
  } catch (error) {
    process.stderr.write(`no report of the tests: ${error.message}\n`)
    return { passed: 0, failed: 1 }
  }
}
