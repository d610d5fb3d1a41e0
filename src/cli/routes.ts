import { buildRouteMap } from '@stricli/core'
import { best } from './commands/best.ts'
import { card } from './commands/card/routes.ts'
import { ci } from './commands/ci/routes.ts'
import { checkout } from './commands/checkout.ts'
import { compare } from './commands/compare.ts'
import { diff } from './commands/diff.ts'
import { doctor } from './commands/doctor.ts'
import { postCheckout } from './commands/hook/post-checkout.ts'
import { postMerge } from './commands/hook/post-merge.ts'
import { postRewrite } from './commands/hook/post-rewrite.ts'
import { preCommit } from './commands/hook/pre-commit.ts'
import { prePush } from './commands/hook/pre-push.ts'
import { mergeWeights } from './commands/hook/merge-weights.ts'
import { textconv } from './commands/hook/textconv.ts'
import { init } from './commands/init.ts'
import { link } from './commands/link.ts'
import { log } from './commands/log.ts'
import { run } from './commands/run.ts'
import { runs } from './commands/runs.ts'
import { serve } from './commands/serve.ts'
import { show } from './commands/show.ts'
import { sync } from './commands/sync.ts'
import { weights } from './commands/weights/routes.ts'

const hook = buildRouteMap({
  docs: { brief: 'What git calls: hooks and drivers' },
  routes: { preCommit, prePush, postMerge, postCheckout, postRewrite, textconv, mergeWeights },
})

/** The table of contents of the command line. Commands are declarations; what they do is loaded when they are called. */
export const routes = buildRouteMap({
  docs: {
    brief: 'Version control and collaboration for neural-network models, inside ordinary Git',
    hideRoute: { hook: true },
  },
  routes: {
    init,
    doctor,
    run,
    log,
    link,
    serve,
    runs,
    show,
    best,
    compare,
    diff,
    card,
    weights,
    checkout,
    sync,
    ci,
    hook,
  },
})

/** How the help of the program groups the commands. */
export const chapters: readonly { readonly title: string; readonly commands: readonly string[] }[] = [
  { title: 'Set a repository up', commands: ['init', 'doctor'] },
  { title: 'Record', commands: ['run', 'log', 'link', 'serve'] },
  { title: 'Look and compare', commands: ['runs', 'show', 'best', 'compare', 'diff'] },
  { title: 'Models', commands: ['card', 'weights', 'checkout'] },
  { title: 'Share', commands: ['sync', 'ci'] },
]
