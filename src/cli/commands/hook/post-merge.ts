import { foldCommand } from './fold-command.ts'

/** `git model hook post-merge`: what the post-merge hook starts when something was fetched. */
export const postMerge = foldCommand('post-merge')
