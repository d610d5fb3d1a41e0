/** Groups the names of unknown fields by the part of the card that they are in: `identity: version, owners`. */
export function groupFields(fields: readonly string[]): string[] {
  const groups = new Map<string, string[]>()
  for (const field of fields) {
    const part = /^card\.(\w+)(?=[.[])/.exec(field)?.[1] ?? ''
    const name = part === '' ? field : field.slice(`card.${part}`.length).replace(/^\./, '')
    groups.set(part, [...(groups.get(part) ?? []), name])
  }
  return [...groups].map(([part, names]) => (part === '' ? names.join(', ') : `${part}: ${names.join(', ')}`))
}
