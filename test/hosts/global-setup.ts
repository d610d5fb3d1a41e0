import type { TestProject } from 'vitest/node'
import { installGitea, type Gitea } from './install-gitea.ts'
import { installManagers, type Managers } from './install-managers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    gitea: Gitea
    managers: Managers
  }
}

/** Builds the host and installs hook managers before the tests' clocks run, and tells the tests where they are. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('gitea', await installGitea())
  project.provide('managers', await installManagers())
}
