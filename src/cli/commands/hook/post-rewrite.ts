import { foldCommand } from './fold-command.ts'

/** `git model hook post-rewrite`: what the post-rewrite hook starts when something was fetched. */
export const postRewrite = foldCommand('post-rewrite')
