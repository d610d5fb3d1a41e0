import { foldCommand } from './fold-command.ts'

/** `git model hook post-checkout`: what the post-checkout hook starts when something was fetched. */
export const postCheckout = foldCommand('post-checkout')
