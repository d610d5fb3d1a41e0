import { checkout } from './commands/checkout.ts'
import { log } from './commands/log.ts'
import { run } from './commands/run.ts'
import { sync } from './commands/sync.ts'

/** The table of contents of the command line. Commands are declarations; what they do is loaded when they are called. */
export const routes = {
  docs: { brief: 'Version control and collaboration for neural-network models, inside ordinary Git' },
  routes: { run, log, sync, checkout },
}
