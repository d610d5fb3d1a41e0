import type { ShownTarget } from '../../features/show-target.ts'
import { renderSections, type PageOptions, type Section } from './sections.ts'
import { commitSections } from './show-commit.ts'
import { modelSections } from './show-model.ts'
import { runSections } from './show-run.ts'

/** Writes the page of a run, a model or a commit. @param options.now - in ms since 1970. */
export function renderShown(
  shown: ShownTarget['shown'],
  options: PageOptions & { readonly now: number },
): string {
  return renderSections(layOut(shown, options), options)
}

function layOut(shown: ShownTarget['shown'], { now, colors }: PageOptions & { now: number }): Section[] {
  if (shown.kind === 'run') return runSections(shown, now, colors)
  return shown.kind === 'model' ? modelSections(shown, now, colors) : commitSections(shown, now, colors)
}
