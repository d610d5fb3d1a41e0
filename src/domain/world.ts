/** What the program knows of the world, injected once at the edge. */
export interface World {
  /** Absolute path of the folder the user stands in. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The clock: milliseconds since 1970. */
  readonly now: () => number
}
