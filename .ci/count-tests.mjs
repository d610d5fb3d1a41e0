// Prints "N passed, N failed" from the report of vitest's JSON reporter. A test file that could not be loaded counts as
// one failure; a report without a passed test is a failure too.
import { readFileSync } from 'node:fs'

const { passed, failed } = count(process.argv[2])
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1

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
