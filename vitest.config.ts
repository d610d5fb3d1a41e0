import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Against what hangs, not against what is slow: nothing is asserted of time.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Vitest would leave one core free, which is every second one on a small machine.
    maxWorkers: availableParallelism(),
    restoreMocks: true,
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/hermetic.ts'],
  },
})
