import schema from '../../schemas/card-v1.json' with { type: 'json' }
import type { CardPath } from '../domain/card.ts'

interface Part {
  $ref?: string
  properties?: Readonly<Record<string, Part>>
  items?: Part
}

/** Returns the members that the schema of cards knows at a path; none where it knows of nothing there. */
export function cardMembers(path: CardPath): string[] {
  let part: Part | undefined = schema as Part
  for (const step of path) {
    const at: Part | undefined = resolve(part)
    part = typeof step === 'number' ? at?.items : own(at?.properties, step)
  }
  return Object.keys(resolve(part)?.properties ?? {})
}

function resolve(part: Part | undefined): Part | undefined {
  const name = part?.$ref?.replace('#/$defs/', '')
  return name === undefined ? part : own(schema.$defs as Readonly<Record<string, Part>>, name)
}

function own(parts: Readonly<Record<string, Part>> | undefined, key: string): Part | undefined {
  return parts !== undefined && Object.hasOwn(parts, key) ? parts[key] : undefined
}
