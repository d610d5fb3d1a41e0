import { quoteShell } from './quote-shell.ts'

/** A model as a command names it. */
export interface NamedModel {
  /** Its name in `.gitmodel.yaml`, or its path. */
  name: string
  /** The commit; undefined for the work tree. */
  revision: string | undefined
  /** The revision as it was typed, such as `HEAD~3`. */
  asked?: string | undefined
}

/** Writes a model as a command takes it, quoted for a shell: `digits`, `digits@HEAD~3`. */
export function specOf({ name, revision, asked = revision?.slice(0, 12) }: NamedModel): string {
  return quoteShell(asked === undefined ? name : `${name}@${asked}`)
}
