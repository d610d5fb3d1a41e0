/** What stands in the path where a route has `{name}`. */
export type PathParts = Readonly<Record<string, string>>
