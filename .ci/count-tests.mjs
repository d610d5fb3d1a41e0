// Says which tests failed and why, then "N passed, N failed", from reports of vitest's JSON reporter, added up. A test
// file that could not be loaded counts as one failure; a report without a passed test is a failure too.
import { readFileSync } from 'node:fs'
import path from 'node:path'

// Of a failure's message; a snapshot of a whole screen differs at its beginning often enough.
const LINES = 40

const reports = process.argv.slice(2).map(read)
const failures = reports.flatMap((report) => report.failures)
const passed = reports.reduce((total, report) => total + report.passed, 0)
for (const { test, message } of failures)
  process.stdout.write(
    `FAILED ${test}\n${message.split('\n').slice(0, LINES).join('\n').replaceAll(/^/gm, '  ')}\n\n`,
  )
process.stdout.write(`${passed} passed, ${failures.length} failed\n`)
process.exitCode = reports.every((report) => report.passed > 0) && failures.length === 0 ? 0 : 1

function read(file) {
  try {
    const { numPassedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: numPassedTests, failures: testResults.flatMap(listFailures) }
  } catch (error) {
    return { passed: 0, failures: [{ test: file, message: `no report of the tests: ${error.message}` }] }
  }
}

function listFailures({ name, status, message, assertionResults }) {
  const file = path.relative(process.cwd(), name)
  if (status === 'failed' && assertionResults.length === 0) return [{ test: file, message }]
  return assertionResults
    .filter((result) => result.status === 'failed')
    .map(({ fullName, failureMessages }) => ({
      test: `${file} > ${fullName}`,
      message: failureMessages.join('\n'),
    }))
}
