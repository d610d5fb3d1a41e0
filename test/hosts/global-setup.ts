import type { TestProject } from 'vitest/node'
import { installGitea, type Gitea } from './install-gitea.ts'

declare module 'vitest' {
  interface ProvidedContext {
    gitea: Gitea
  }
}

/** Builds the host before the tests' clocks run, and tells the tests where it is. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('gitea', await installGitea())
}
