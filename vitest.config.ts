import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    restoreMocks: true,
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/hermetic.ts'],
  },
})
