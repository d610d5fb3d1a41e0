import { buildRouteMap } from '@stricli/core'
import { card } from './commands/card/routes.ts'
import { checkout } from './commands/checkout.ts'
import { diff } from './commands/diff.ts'
import { postCheckout } from './commands/hook/post-checkout.ts'
import { postMerge } from './commands/hook/post-merge.ts'
import { postRewrite } from './commands/hook/post-rewrite.ts'
import { preCommit } from './commands/hook/pre-commit.ts'
import { prePush } from './commands/hook/pre-push.ts'
import { init } from './commands/init.ts'
import { link } from './commands/link.ts'
import { log } from './commands/log.ts'
import { run } from './commands/run.ts'
import { runs } from './commands/runs.ts'
import { show } from './commands/show.ts'
import { sync } from './commands/sync.ts'

const hook = buildRouteMap({
  docs: { brief: 'What the git hooks call' },
  routes: { preCommit, prePush, postMerge, postCheckout, postRewrite },
})

/** The table of contents of the command line. Commands are declarations; what they do is loaded when they are called. */
export const routes = {
  docs: {
    brief: 'Version control and collaboration for neural-network models, inside ordinary Git',
    hideRoute: { hook: true },
  },
  routes: { init, run, log, runs, show, card, diff, link, checkout, sync, hook },
} as const
