import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Against what hangs, not against what is slow: nothing is asserted of time.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    restoreMocks: true,
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/hermetic.ts'],
  },
})
