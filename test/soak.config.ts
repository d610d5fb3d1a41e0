import { defineConfig } from 'vitest/config'
import base from '../vitest.config.ts'

// npm run test:soak: the stories of crashes and of many clones, at the size that docs/reliability.md reports.
export default defineConfig({
  test: {
    ...base.test,
    include: ['test/safety/crash.test.ts', 'test/sync/many-clones.test.ts'],
    env: { CRASH_CHAINS: '4', CRASHES: '75', CLONES: '20', RUNS_PER_CLONE: '25' },
  },
})
