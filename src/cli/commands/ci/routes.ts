import { buildRouteMap } from '@stricli/core'
import { link } from './link.ts'
import { review } from './review.ts'

/** `git model ci`: what jobs of GitHub Actions and GitLab CI call. */
export const ci = buildRouteMap({
  docs: { brief: 'Review pull requests and link merges, in CI' },
  routes: { review, link },
})
