import { buildRouteMap } from '@stricli/core'
import { check } from './check.ts'
import { diff } from './diff.ts'
import { merge } from './merge.ts'
import { show } from './show.ts'
import { status } from './status.ts'
import { track } from './track.ts'
import { verify } from './verify.ts'

/** `git model weights`: the weight files. */
export const weights = buildRouteMap({
  docs: {
    brief:
      'Route weight files through Git LFS, look inside, compare and merge them by tensor, and see what they would run',
  },
  routes: { track, status, show, diff, merge, check, verify },
})
