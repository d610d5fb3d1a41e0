import { buildRouteMap } from '@stricli/core'
import { status } from './status.ts'
import { track } from './track.ts'

/** `git model weights`: the weight files. */
export const weights = buildRouteMap({
  docs: { brief: 'Route weight files through Git LFS, and see how they stand' },
  routes: { track, status },
})
