import { defineConfig } from 'vitest/config'

// Real clients from PyPI against real servers: npm run test:clients. Needs Python with venv, and the network once.
export default defineConfig({
  test: {
    include: ['test/clients/*.clients.ts'],
    testTimeout: 900_000,
    hookTimeout: 1_800_000,
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/hermetic.ts'],
    fileParallelism: false,
  },
})
