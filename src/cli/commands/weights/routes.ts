import { buildRouteMap } from '@stricli/core'
import { diff } from './diff.ts'
import { status } from './status.ts'
import { track } from './track.ts'

/** `git model weights`: the weight files. */
export const weights = buildRouteMap({
  docs: { brief: 'Route weight files through Git LFS, see how they stand, and compare them by tensor' },
  routes: { track, status, diff },
})
