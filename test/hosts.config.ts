import { defineConfig } from 'vitest/config'

// Tests against a real Git host, which they build and start themselves: npm run test:hosts
export default defineConfig({
  test: {
    include: ['test/hosts/**/*.hosts.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    globalSetup: ['test/support/global-setup.ts', 'test/hosts/global-setup.ts'],
    setupFiles: ['test/support/hermetic.ts'],
  },
})
